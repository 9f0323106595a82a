"""Amazon's services (S3, SQS, SNS, SSM, Secrets Manager) by a moto server, on a port of its own."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import urllib3
from moto.server import ThreadedMotoServer

__all__ = ["Aws", "aws_server"]

REGION = "eu-central-1"


@dataclass(frozen=True, slots=True)
class Aws:
    """Where it listens."""

    url: str

    def client(self, service: str) -> Any:
        """A client of our own, to prepare and to look."""
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="key", aws_secret_access_key="secret"
        )

    def texts(self, bucket: str) -> dict[str, str]:
        """What a bucket holds, by key."""
        s3 = self.client("s3")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}

    def connection(self, **more: Any) -> str:
        """The connection, as JSON."""
        extra = {"endpoint_url": self.url, "region_name": REGION, **more}
        return json.dumps({"conn_type": "aws", "login": "key", "password": "secret", "extra": extra})


@contextmanager
def aws_server() -> Generator[Aws]:
    """A server that holds nothing."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        # What moto holds is the process's, not the server's.
        assert urllib3.request("POST", f"{url}/moto-api/reset").status == 200
        yield Aws(url)
    finally:
        server.stop()
