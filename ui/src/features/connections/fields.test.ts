import { describe, expect, it } from "vitest";
import { type ConnectionType, extraOf, fieldsOf, withExtra } from "./fields";

const TYPE: ConnectionType = {
  connection_type: "lake",
  hook_name: "Lake",
  hook_class_name: "x.Lake",
  package_name: "x",
  conn_fields: {
    region: { schema: { type: ["string", "null"], title: "Region", enum: ["eu", "us"] } },
    token: { schema: { type: "string", format: "password" } },
    verify: { schema: { type: "boolean" }, description: "Whether to look at the certificate" },
  },
  ui_field_behaviour: {
    hidden_fields: ["schema", "port"],
    relabeling: { login: "Access key" },
    placeholders: { host: "lake.example.com" },
  },
};

describe("the form of a connection", () => {
  it("has the fields that its type says, under the names that it says", () => {
    const fields = fieldsOf(TYPE);
    expect(fields.map((field) => [field.name, field.label, field.kind])).toEqual([
      ["host", "Host", "text"],
      ["login", "Access key", "text"],
      ["password", "Password", "password"],
      ["region", "Region", "choice"],
      ["token", "token", "password"],
      ["verify", "verify", "boolean"],
    ]);
    expect(fields[0]?.placeholder).toBe("lake.example.com");
    expect(fields[3]?.choices).toEqual(["eu", "us"]);
  });
  it("has the common fields for a type that nobody knows", () => {
    expect(fieldsOf(undefined).map((field) => field.name)).toEqual(["host", "port", "schema", "login", "password"]);
  });
});

describe("extra", () => {
  it("keeps what the form has no field for", () => {
    expect(JSON.parse(withExtra('{"a": 1, "region": "eu"}', "region", "us"))).toEqual({ a: 1, region: "us" });
    expect(withExtra('{"region": "eu"}', "region", "")).toBe("");
  });
  it("that is no object is told apart", () => {
    expect(extraOf("[1]")).toBeUndefined();
    expect(extraOf("{broken")).toBeUndefined();
    expect(extraOf("  ")).toEqual({});
  });
});
