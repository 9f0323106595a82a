"""Where the names of Airflow 1 and of early Airflow 2 went: one line for each module that has no file here any more.

A line is the old module (below `airflow`), where its names are now (below `airflow.providers`, or a full name), and the
names that are called otherwise, or are elsewhere, as ``Old=New`` or ``Old=module:New``.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

__all__ = ["PACKAGES", "Place", "place_of"]


class Place(NamedTuple):
    """Where the names of an old module are."""

    module: str
    others: dict[str, str]
    """Old name -> ``module:name``, where that differs."""

    def of(self, name: str) -> tuple[str, str]:
        """Module and name of now."""
        module, _, now = self.others.get(name, f"{self.module}:{name}").partition(":")
        return module, now


def place_of(module: str) -> Place | None:
    """What is known of an old module, its name without `airflow.`; None: nothing."""
    return _places().get(module)


@cache
def _places() -> dict[str, Place]:
    """The table, read when the first of these names is asked for."""
    places: dict[str, Place] = {}
    for line in TABLE.replace("\n  ", " ").strip().splitlines():
        old, now, *others = line.split()
        here = _full(now)
        pairs = (one.split("=") for one in others)
        places[old] = Place(here, {name: _elsewhere(new, here) for name, new in pairs})
    return places


def _full(module: str) -> str:
    return module if module.startswith("airflow.") else f"airflow.providers.{module}"


def _elsewhere(new: str, here: str) -> str:
    module, _, name = new.rpartition(":")
    return f"{_full(module) if module else here}:{name}"


PACKAGES = frozenset(
    [
        "contrib",
        *(f"contrib.{part}" for part in ("hooks", "kubernetes", "operators", "secrets", "sensors", "utils")),
        "kubernetes",
    ]
)
"""Folders that only hold such modules."""
TABLE = """
contrib.hooks.aws_athena_hook amazon.aws.hooks.athena AWSAthenaHook=AthenaHook
contrib.hooks.aws_datasync_hook amazon.aws.hooks.datasync AWSDataSyncHook=DataSyncHook
contrib.hooks.aws_dynamodb_hook amazon.aws.hooks.dynamodb AwsDynamoDBHook=DynamoDBHook
contrib.hooks.aws_firehose_hook amazon.aws.hooks.kinesis
contrib.hooks.aws_glue_catalog_hook amazon.aws.hooks.glue_catalog AwsGlueCatalogHook=GlueCatalogHook
contrib.hooks.aws_hook amazon.aws.hooks.base_aws AwsHook=AwsBaseHook
contrib.hooks.aws_lambda_hook amazon.aws.hooks.lambda_function AwsLambdaHook=LambdaHook
contrib.hooks.aws_logs_hook amazon.aws.hooks.logs
contrib.hooks.aws_sns_hook amazon.aws.hooks.sns AwsSnsHook=SnsHook
contrib.hooks.aws_sqs_hook amazon.aws.hooks.sqs SQSHook=SqsHook
contrib.hooks.azure_container_instance_hook microsoft.azure.hooks.container_instance
contrib.hooks.azure_container_registry_hook microsoft.azure.hooks.container_registry
contrib.hooks.azure_container_volume_hook microsoft.azure.hooks.container_volume
contrib.hooks.azure_cosmos_hook microsoft.azure.hooks.cosmos
contrib.hooks.azure_data_lake_hook microsoft.azure.hooks.data_lake
contrib.hooks.azure_fileshare_hook microsoft.azure.hooks.fileshare
contrib.hooks.bigquery_hook google.cloud.hooks.bigquery
contrib.hooks.cassandra_hook apache.cassandra.hooks.cassandra
contrib.hooks.databricks_hook databricks.hooks.databricks
contrib.hooks.datadog_hook datadog.hooks.datadog
contrib.hooks.datastore_hook google.cloud.hooks.datastore
contrib.hooks.dingding_hook dingding.hooks.dingding
contrib.hooks.discord_webhook_hook discord.hooks.discord_webhook
contrib.hooks.emr_hook amazon.aws.hooks.emr
contrib.hooks.fs_hook standard.hooks.filesystem
contrib.hooks.ftp_hook ftp.hooks.ftp
contrib.hooks.gcp_api_base_hook google.common.hooks.base_google GoogleCloudBaseHook=GoogleBaseHook
contrib.hooks.gcp_bigtable_hook google.cloud.hooks.bigtable
contrib.hooks.gcp_cloud_build_hook google.cloud.hooks.cloud_build
contrib.hooks.gcp_compute_hook google.cloud.hooks.compute GceHook=ComputeEngineHook
contrib.hooks.gcp_container_hook google.cloud.hooks.kubernetes_engine GKEClusterHook=GKEHook
contrib.hooks.gcp_dataflow_hook google.cloud.hooks.dataflow DataFlowHook=DataflowHook
contrib.hooks.gcp_dataproc_hook google.cloud.hooks.dataproc DataProcHook=DataprocHook
contrib.hooks.gcp_dlp_hook google.cloud.hooks.dlp
contrib.hooks.gcp_function_hook google.cloud.hooks.functions GcfHook=CloudFunctionsHook
contrib.hooks.gcp_kms_hook google.cloud.hooks.kms GoogleCloudKMSHook=CloudKMSHook
contrib.hooks.gcp_natural_language_hook google.cloud.hooks.natural_language
contrib.hooks.gcp_pubsub_hook google.cloud.hooks.pubsub
contrib.hooks.gcp_spanner_hook google.cloud.hooks.spanner CloudSpannerHook=SpannerHook
contrib.hooks.gcp_speech_to_text_hook google.cloud.hooks.speech_to_text GCPSpeechToTextHook=CloudSpeechToTextHook
contrib.hooks.gcp_sql_hook google.cloud.hooks.cloud_sql CloudSqlDatabaseHook=CloudSQLDatabaseHook
  CloudSqlHook=CloudSQLHook
contrib.hooks.gcp_tasks_hook google.cloud.hooks.tasks
contrib.hooks.gcp_text_to_speech_hook google.cloud.hooks.text_to_speech GCPTextToSpeechHook=CloudTextToSpeechHook
contrib.hooks.gcp_transfer_hook google.cloud.hooks.cloud_storage_transfer_service
  GCPTransferServiceHook=CloudDataTransferServiceHook
contrib.hooks.gcp_translate_hook google.cloud.hooks.translate
contrib.hooks.gcp_video_intelligence_hook google.cloud.hooks.video_intelligence
contrib.hooks.gcp_vision_hook google.cloud.hooks.vision
contrib.hooks.gcs_hook google.cloud.hooks.gcs GoogleCloudStorageHook=GCSHook
contrib.hooks.gdrive_hook google.suite.hooks.drive
contrib.hooks.grpc_hook grpc.hooks.grpc
contrib.hooks.imap_hook imap.hooks.imap
contrib.hooks.jenkins_hook jenkins.hooks.jenkins
contrib.hooks.jira_hook atlassian.jira.hooks.jira
contrib.hooks.mongo_hook mongo.hooks.mongo
contrib.hooks.openfaas_hook openfaas.hooks.openfaas
contrib.hooks.opsgenie_alert_hook opsgenie.hooks.opsgenie
contrib.hooks.pagerduty_hook pagerduty.hooks.pagerduty
contrib.hooks.pinot_hook apache.pinot.hooks.pinot
contrib.hooks.redis_hook redis.hooks.redis
contrib.hooks.redshift_hook amazon.aws.hooks.redshift_cluster
contrib.hooks.sagemaker_hook amazon.aws.hooks.sagemaker
contrib.hooks.salesforce_hook salesforce.hooks.salesforce
contrib.hooks.segment_hook segment.hooks.segment
contrib.hooks.sftp_hook sftp.hooks.sftp
contrib.hooks.slack_webhook_hook slack.hooks.slack_webhook
contrib.hooks.snowflake_hook snowflake.hooks.snowflake
contrib.hooks.spark_jdbc_hook apache.spark.hooks.spark_jdbc
contrib.hooks.spark_sql_hook apache.spark.hooks.spark_sql
contrib.hooks.spark_submit_hook apache.spark.hooks.spark_submit
contrib.hooks.ssh_hook ssh.hooks.ssh
contrib.hooks.vertica_hook vertica.hooks.vertica
contrib.hooks.wasb_hook microsoft.azure.hooks.wasb
contrib.hooks.winrm_hook microsoft.winrm.hooks.winrm
contrib.kubernetes.pod_generator cncf.kubernetes.pod_generator
contrib.kubernetes.secret cncf.kubernetes.secret
contrib.operators.adls_list_operator microsoft.azure.operators.adls AzureDataLakeStorageListOperator=ADLSListOperator
contrib.operators.adls_to_gcs google.cloud.transfers.adls_to_gcs AdlsToGoogleCloudStorageOperator=ADLSToGCSOperator
contrib.operators.aws_athena_operator amazon.aws.operators.athena AWSAthenaOperator=AthenaOperator
contrib.operators.aws_sqs_publish_operator amazon.aws.operators.sqs SQSPublishOperator=SqsPublishOperator
contrib.operators.awsbatch_operator amazon.aws.operators.batch
  BatchProtocol=amazon.aws.hooks.batch_client:BatchProtocol AWSBatchOperator=BatchOperator
contrib.operators.azure_container_instances_operator microsoft.azure.operators.container_instances
contrib.operators.azure_cosmos_operator microsoft.azure.operators.cosmos
contrib.operators.bigquery_check_operator google.cloud.operators.bigquery
contrib.operators.bigquery_get_data google.cloud.operators.bigquery
contrib.operators.bigquery_operator google.cloud.operators.bigquery
contrib.operators.bigquery_table_delete_operator google.cloud.operators.bigquery
  BigQueryTableDeleteOperator=BigQueryDeleteTableOperator
contrib.operators.bigquery_to_bigquery google.cloud.transfers.bigquery_to_bigquery
contrib.operators.bigquery_to_gcs google.cloud.transfers.bigquery_to_gcs
  BigQueryToCloudStorageOperator=BigQueryToGCSOperator
contrib.operators.bigquery_to_mysql_operator google.cloud.transfers.bigquery_to_mysql
contrib.operators.cassandra_to_gcs google.cloud.transfers.cassandra_to_gcs
  CassandraToGoogleCloudStorageOperator=CassandraToGCSOperator
contrib.operators.databricks_operator databricks.operators.databricks
contrib.operators.dataflow_operator google.cloud.operators.dataflow
  DataflowTemplateOperator=DataflowTemplatedJobStartOperator
contrib.operators.dataproc_operator google.cloud.operators.dataproc
  DataprocClusterCreateOperator=DataprocCreateClusterOperator
  DataprocClusterDeleteOperator=DataprocDeleteClusterOperator DataProcJobBaseOperator=DataprocJobBaseOperator
  DataprocWorkflowTemplateInstantiateInlineOperator=DataprocInstantiateInlineWorkflowTemplateOperator
  DataprocWorkflowTemplateInstantiateOperator=DataprocInstantiateWorkflowTemplateOperator
contrib.operators.datastore_export_operator google.cloud.operators.datastore
  DatastoreExportOperator=CloudDatastoreExportEntitiesOperator
contrib.operators.datastore_import_operator google.cloud.operators.datastore
  DatastoreImportOperator=CloudDatastoreImportEntitiesOperator
contrib.operators.dingding_operator dingding.operators.dingding
contrib.operators.discord_webhook_operator discord.operators.discord_webhook
contrib.operators.docker_swarm_operator docker.operators.docker_swarm
contrib.operators.druid_operator apache.druid.operators.druid
contrib.operators.dynamodb_to_s3 amazon.aws.transfers.dynamodb_to_s3
contrib.operators.ecs_operator amazon.aws.operators.ecs EcsProtocol=amazon.aws.hooks.ecs:EcsProtocol
  EcsOperator=EcsRunTaskOperator
contrib.operators.emr_add_steps_operator amazon.aws.operators.emr
contrib.operators.emr_create_job_flow_operator amazon.aws.operators.emr
contrib.operators.emr_terminate_job_flow_operator amazon.aws.operators.emr
contrib.operators.file_to_gcs google.cloud.transfers.local_to_gcs
  FileToGoogleCloudStorageOperator=LocalFilesystemToGCSOperator
contrib.operators.file_to_wasb microsoft.azure.transfers.local_to_wasb
  FileToWasbOperator=LocalFilesystemToWasbOperator
contrib.operators.gcp_bigtable_operator google.cloud.operators.bigtable
  BigtableTableReplicationCompletedSensor=google.cloud.sensors.bigtable:BigtableTableReplicationCompletedSensor
  BigtableClusterUpdateOperator=BigtableUpdateClusterOperator
  BigtableInstanceCreateOperator=BigtableCreateInstanceOperator
  BigtableInstanceDeleteOperator=BigtableDeleteInstanceOperator
  BigtableTableCreateOperator=BigtableCreateTableOperator BigtableTableDeleteOperator=BigtableDeleteTableOperator
  BigtableTableWaitForReplicationSensor=google.cloud.sensors.bigtable:BigtableTableReplicationCompletedSensor
contrib.operators.gcp_cloud_build_operator google.cloud.operators.cloud_build
contrib.operators.gcp_compute_operator google.cloud.operators.compute GceBaseOperator=ComputeEngineBaseOperator
  GceInstanceGroupManagerUpdateTemplateOperator=ComputeEngineInstanceGroupUpdateManagerTemplateOperator
  GceInstanceStartOperator=ComputeEngineStartInstanceOperator
  GceInstanceStopOperator=ComputeEngineStopInstanceOperator
  GceInstanceTemplateCopyOperator=ComputeEngineCopyInstanceTemplateOperator
  GceSetMachineTypeOperator=ComputeEngineSetMachineTypeOperator
contrib.operators.gcp_container_operator google.cloud.operators.kubernetes_engine
  GKEClusterCreateOperator=GKECreateClusterOperator GKEClusterDeleteOperator=GKEDeleteClusterOperator
  GKEPodOperator=GKEStartPodOperator
contrib.operators.gcp_dlp_operator google.cloud.operators.dlp
  CloudDLPDeleteDlpJobOperator=CloudDLPDeleteDLPJobOperator CloudDLPGetDlpJobOperator=CloudDLPGetDLPJobOperator
  CloudDLPGetJobTripperOperator=CloudDLPGetDLPJobTriggerOperator
  CloudDLPListDlpJobsOperator=CloudDLPListDLPJobsOperator
contrib.operators.gcp_function_operator google.cloud.operators.functions
  GcfFunctionDeleteOperator=CloudFunctionDeleteFunctionOperator
  GcfFunctionDeployOperator=CloudFunctionDeployFunctionOperator
contrib.operators.gcp_natural_language_operator google.cloud.operators.natural_language
  CloudLanguageAnalyzeEntitiesOperator=CloudNaturalLanguageAnalyzeEntitiesOperator
  CloudLanguageAnalyzeEntitySentimentOperator=CloudNaturalLanguageAnalyzeEntitySentimentOperator
  CloudLanguageAnalyzeSentimentOperator=CloudNaturalLanguageAnalyzeSentimentOperator
  CloudLanguageClassifyTextOperator=CloudNaturalLanguageClassifyTextOperator
contrib.operators.gcp_spanner_operator google.cloud.operators.spanner
  CloudSpannerInstanceDatabaseDeleteOperator=SpannerDeleteDatabaseInstanceOperator
  CloudSpannerInstanceDatabaseDeployOperator=SpannerDeployDatabaseInstanceOperator
  CloudSpannerInstanceDatabaseQueryOperator=SpannerQueryDatabaseInstanceOperator
  CloudSpannerInstanceDatabaseUpdateOperator=SpannerUpdateDatabaseInstanceOperator
  CloudSpannerInstanceDeleteOperator=SpannerDeleteInstanceOperator
  CloudSpannerInstanceDeployOperator=SpannerDeployInstanceOperator
contrib.operators.gcp_speech_to_text_operator google.cloud.operators.speech_to_text
  GcpSpeechToTextRecognizeSpeechOperator=CloudSpeechToTextRecognizeSpeechOperator
contrib.operators.gcp_sql_operator google.cloud.operators.cloud_sql CloudSqlBaseOperator=CloudSQLBaseOperator
  CloudSqlInstanceCreateOperator=CloudSQLCreateInstanceOperator
  CloudSqlInstanceDatabaseCreateOperator=CloudSQLCreateInstanceDatabaseOperator
  CloudSqlInstanceDatabaseDeleteOperator=CloudSQLDeleteInstanceDatabaseOperator
  CloudSqlInstanceDatabasePatchOperator=CloudSQLPatchInstanceDatabaseOperator
  CloudSqlInstanceDeleteOperator=CloudSQLDeleteInstanceOperator
  CloudSqlInstanceExportOperator=CloudSQLExportInstanceOperator
  CloudSqlInstanceImportOperator=CloudSQLImportInstanceOperator
  CloudSqlInstancePatchOperator=CloudSQLInstancePatchOperator CloudSqlQueryOperator=CloudSQLExecuteQueryOperator
contrib.operators.gcp_tasks_operator google.cloud.operators.tasks
contrib.operators.gcp_text_to_speech_operator google.cloud.operators.text_to_speech
  GcpTextToSpeechSynthesizeOperator=CloudTextToSpeechSynthesizeOperator
contrib.operators.gcp_transfer_operator google.cloud.operators.cloud_storage_transfer_service
  GcpTransferServiceJobCreateOperator=CloudDataTransferServiceCreateJobOperator
  GcpTransferServiceJobDeleteOperator=CloudDataTransferServiceDeleteJobOperator
  GcpTransferServiceJobUpdateOperator=CloudDataTransferServiceUpdateJobOperator
  GcpTransferServiceOperationCancelOperator=CloudDataTransferServiceCancelOperationOperator
  GcpTransferServiceOperationGetOperator=CloudDataTransferServiceGetOperationOperator
  GcpTransferServiceOperationPauseOperator=CloudDataTransferServicePauseOperationOperator
  GcpTransferServiceOperationResumeOperator=CloudDataTransferServiceResumeOperationOperator
  GcpTransferServiceOperationsListOperator=CloudDataTransferServiceListOperationsOperator
  GoogleCloudStorageToGoogleCloudStorageTransferOperator=CloudDataTransferServiceGCSToGCSOperator
  S3ToGoogleCloudStorageTransferOperator=CloudDataTransferServiceS3ToGCSOperator
contrib.operators.gcp_translate_operator google.cloud.operators.translate
contrib.operators.gcp_translate_speech_operator google.cloud.operators.translate_speech
  GcpTranslateSpeechOperator=CloudTranslateSpeechOperator
contrib.operators.gcp_video_intelligence_operator google.cloud.operators.video_intelligence
contrib.operators.gcp_vision_operator google.cloud.operators.vision
  CloudVisionAnnotateImageOperator=CloudVisionImageAnnotateOperator
  CloudVisionDetectDocumentTextOperator=CloudVisionTextDetectOperator
  CloudVisionProductCreateOperator=CloudVisionCreateProductOperator
  CloudVisionProductDeleteOperator=CloudVisionDeleteProductOperator
  CloudVisionProductGetOperator=CloudVisionGetProductOperator
  CloudVisionProductSetCreateOperator=CloudVisionCreateProductSetOperator
  CloudVisionProductSetDeleteOperator=CloudVisionDeleteProductSetOperator
  CloudVisionProductSetGetOperator=CloudVisionGetProductSetOperator
  CloudVisionProductSetUpdateOperator=CloudVisionUpdateProductSetOperator
  CloudVisionProductUpdateOperator=CloudVisionUpdateProductOperator
  CloudVisionReferenceImageCreateOperator=CloudVisionCreateReferenceImageOperator
contrib.operators.gcs_acl_operator google.cloud.operators.gcs
  GoogleCloudStorageBucketCreateAclEntryOperator=GCSBucketCreateAclEntryOperator
  GoogleCloudStorageObjectCreateAclEntryOperator=GCSObjectCreateAclEntryOperator
contrib.operators.gcs_delete_operator google.cloud.operators.gcs
  GoogleCloudStorageDeleteOperator=GCSDeleteObjectsOperator
contrib.operators.gcs_download_operator google.cloud.transfers.gcs_to_local
  GoogleCloudStorageDownloadOperator=GCSToLocalFilesystemOperator
contrib.operators.gcs_list_operator google.cloud.operators.gcs GoogleCloudStorageListOperator=GCSListObjectsOperator
contrib.operators.gcs_operator google.cloud.operators.gcs
  GoogleCloudStorageCreateBucketOperator=GCSCreateBucketOperator
contrib.operators.gcs_to_bq google.cloud.transfers.gcs_to_bigquery
  GoogleCloudStorageToBigQueryOperator=GCSToBigQueryOperator
contrib.operators.gcs_to_gcs google.cloud.transfers.gcs_to_gcs
  GoogleCloudStorageToGoogleCloudStorageOperator=GCSToGCSOperator
contrib.operators.gcs_to_gdrive_operator google.suite.transfers.gcs_to_gdrive
  GcsToGDriveOperator=GCSToGoogleDriveOperator
contrib.operators.gcs_to_s3 amazon.aws.transfers.gcs_to_s3 GoogleCloudStorageToS3Operator=GCSToS3Operator
contrib.operators.grpc_operator grpc.operators.grpc
contrib.operators.hive_to_dynamodb amazon.aws.transfers.hive_to_dynamodb
contrib.operators.imap_attachment_to_s3_operator amazon.aws.transfers.imap_attachment_to_s3
contrib.operators.jenkins_job_trigger_operator jenkins.operators.jenkins_job_trigger
contrib.operators.jira_operator atlassian.jira.operators.jira
contrib.operators.kubernetes_pod_operator cncf.kubernetes.operators.pod
contrib.operators.mongo_to_s3 amazon.aws.transfers.mongo_to_s3
contrib.operators.mssql_to_gcs google.cloud.transfers.mssql_to_gcs
  MsSqlToGoogleCloudStorageOperator=MSSQLToGCSOperator
contrib.operators.mysql_to_gcs google.cloud.transfers.mysql_to_gcs
  MySqlToGoogleCloudStorageOperator=MySQLToGCSOperator
contrib.operators.opsgenie_alert_operator opsgenie.operators.opsgenie
  OpsgenieAlertOperator=OpsgenieCreateAlertOperator
contrib.operators.oracle_to_azure_data_lake_transfer microsoft.azure.transfers.oracle_to_azure_data_lake
contrib.operators.oracle_to_oracle_transfer oracle.transfers.oracle_to_oracle
  OracleToOracleTransfer=OracleToOracleOperator
contrib.operators.postgres_to_gcs_operator google.cloud.transfers.postgres_to_gcs
  PostgresToGoogleCloudStorageOperator=PostgresToGCSOperator
contrib.operators.pubsub_operator google.cloud.operators.pubsub PubSubPublishOperator=PubSubPublishMessageOperator
  PubSubSubscriptionCreateOperator=PubSubCreateSubscriptionOperator
  PubSubSubscriptionDeleteOperator=PubSubDeleteSubscriptionOperator
  PubSubTopicCreateOperator=PubSubCreateTopicOperator PubSubTopicDeleteOperator=PubSubDeleteTopicOperator
contrib.operators.redis_publish_operator redis.operators.redis_publish
contrib.operators.s3_copy_object_operator amazon.aws.operators.s3
contrib.operators.s3_delete_objects_operator amazon.aws.operators.s3
contrib.operators.s3_list_operator amazon.aws.operators.s3
contrib.operators.s3_to_gcs_operator google.cloud.transfers.s3_to_gcs
contrib.operators.s3_to_gcs_transfer_operator google.cloud.operators.cloud_storage_transfer_service
contrib.operators.s3_to_sftp_operator amazon.aws.transfers.s3_to_sftp
contrib.operators.sagemaker_base_operator amazon.aws.operators.sagemaker
contrib.operators.sagemaker_endpoint_config_operator amazon.aws.operators.sagemaker
contrib.operators.sagemaker_endpoint_operator amazon.aws.operators.sagemaker
contrib.operators.sagemaker_model_operator amazon.aws.operators.sagemaker
contrib.operators.sagemaker_training_operator amazon.aws.operators.sagemaker
contrib.operators.sagemaker_transform_operator amazon.aws.operators.sagemaker
contrib.operators.sagemaker_tuning_operator amazon.aws.operators.sagemaker
contrib.operators.segment_track_event_operator segment.operators.segment_track_event
contrib.operators.sftp_operator sftp.operators.sftp
contrib.operators.sftp_to_s3_operator amazon.aws.transfers.sftp_to_s3
contrib.operators.slack_webhook_operator slack.operators.slack_webhook
contrib.operators.sns_publish_operator amazon.aws.operators.sns
contrib.operators.spark_jdbc_operator apache.spark.operators.spark_jdbc
contrib.operators.spark_sql_operator apache.spark.operators.spark_sql
contrib.operators.spark_submit_operator apache.spark.operators.spark_submit
contrib.operators.sql_to_gcs google.cloud.transfers.sql_to_gcs
  BaseSQLToGoogleCloudStorageOperator=BaseSQLToGCSOperator
contrib.operators.ssh_operator ssh.operators.ssh
contrib.operators.vertica_to_hive apache.hive.transfers.vertica_to_hive VerticaToHiveTransfer=VerticaToHiveOperator
contrib.operators.vertica_to_mysql mysql.transfers.vertica_to_mysql VerticaToMySqlTransfer=VerticaToMySqlOperator
contrib.operators.wasb_delete_blob_operator microsoft.azure.operators.wasb_delete_blob
contrib.operators.winrm_operator microsoft.winrm.operators.winrm
contrib.secrets.aws_secrets_manager amazon.aws.secrets.secrets_manager
contrib.secrets.aws_systems_manager amazon.aws.secrets.systems_manager
contrib.secrets.azure_key_vault microsoft.azure.secrets.key_vault
contrib.secrets.gcp_secrets_manager google.cloud.secrets.secret_manager
  CloudSecretsManagerBackend=CloudSecretManagerBackend
contrib.secrets.hashicorp_vault hashicorp.secrets.vault
contrib.sensors.aws_athena_sensor amazon.aws.sensors.athena
contrib.sensors.aws_glue_catalog_partition_sensor amazon.aws.sensors.glue_catalog_partition
  AwsGlueCatalogPartitionSensor=GlueCatalogPartitionSensor
contrib.sensors.aws_redshift_cluster_sensor amazon.aws.sensors.redshift_cluster
  AwsRedshiftClusterSensor=RedshiftClusterSensor
contrib.sensors.aws_sqs_sensor amazon.aws.sensors.sqs SQSSensor=SqsSensor
contrib.sensors.azure_cosmos_sensor microsoft.azure.sensors.cosmos
contrib.sensors.bash_sensor standard.sensors.bash
contrib.sensors.bigquery_sensor google.cloud.sensors.bigquery BigQueryTableSensor=BigQueryTableExistenceSensor
contrib.sensors.cassandra_record_sensor apache.cassandra.sensors.record
contrib.sensors.cassandra_table_sensor apache.cassandra.sensors.table
contrib.sensors.celery_queue_sensor celery.sensors.celery_queue
contrib.sensors.datadog_sensor datadog.sensors.datadog
contrib.sensors.emr_base_sensor amazon.aws.sensors.emr
contrib.sensors.emr_job_flow_sensor amazon.aws.sensors.emr
contrib.sensors.emr_step_sensor amazon.aws.sensors.emr
contrib.sensors.file_sensor standard.sensors.filesystem
contrib.sensors.ftp_sensor ftp.sensors.ftp
contrib.sensors.gcp_transfer_sensor google.cloud.sensors.cloud_storage_transfer_service
  GCPTransferServiceWaitForJobStatusSensor=CloudDataTransferServiceJobStatusSensor
contrib.sensors.gcs_sensor google.cloud.sensors.gcs GoogleCloudStorageObjectSensor=GCSObjectExistenceSensor
  GoogleCloudStorageObjectUpdatedSensor=GCSObjectUpdateSensor
  GoogleCloudStoragePrefixSensor=GCSObjectsWithPrefixExistenceSensor
  GoogleCloudStorageUploadSessionCompleteSensor=GCSUploadSessionCompleteSensor
contrib.sensors.imap_attachment_sensor imap.sensors.imap_attachment
contrib.sensors.jira_sensor atlassian.jira.sensors.jira
contrib.sensors.mongo_sensor mongo.sensors.mongo
contrib.sensors.pubsub_sensor google.cloud.sensors.pubsub
contrib.sensors.python_sensor standard.sensors.python
contrib.sensors.redis_key_sensor redis.sensors.redis_key
contrib.sensors.redis_pub_sub_sensor redis.sensors.redis_pub_sub
contrib.sensors.sagemaker_base_sensor amazon.aws.sensors.sagemaker
contrib.sensors.sagemaker_endpoint_sensor amazon.aws.sensors.sagemaker
contrib.sensors.sagemaker_training_sensor amazon.aws.sensors.sagemaker
contrib.sensors.sagemaker_transform_sensor amazon.aws.sensors.sagemaker
contrib.sensors.sagemaker_tuning_sensor amazon.aws.sensors.sagemaker
contrib.sensors.sftp_sensor sftp.sensors.sftp
contrib.sensors.wasb_sensor microsoft.azure.sensors.wasb
contrib.sensors.weekday_sensor standard.sensors.weekday
contrib.utils.gcp_field_sanitizer google.cloud.utils.field_sanitizer
contrib.utils.gcp_field_validator google.cloud.utils.field_validator
contrib.utils.mlengine_prediction_summary google.cloud.utils.mlengine_prediction_summary
hooks airflow.sdk BaseHook=airflow.sdk:BaseHook
  HttpHook=http.hooks.http:HttpHook PostgresHook=postgres.hooks.postgres:PostgresHook
  MySqlHook=mysql.hooks.mysql:MySqlHook S3Hook=amazon.aws.hooks.s3:S3Hook
  HiveCliHook=apache.hive.hooks.hive:HiveCliHook HiveServer2Hook=apache.hive.hooks.hive:HiveServer2Hook
  HiveMetastoreHook=apache.hive.hooks.hive:HiveMetastoreHook SqliteHook=sqlite.hooks.sqlite:SqliteHook
  PrestoHook=presto.hooks.presto:PrestoHook MsSqlHook=microsoft.mssql.hooks.mssql:MsSqlHook
  OracleHook=oracle.hooks.oracle:OracleHook JdbcHook=jdbc.hooks.jdbc:JdbcHook DbApiHook=common.sql.hooks.sql:DbApiHook
  SlackHook=slack.hooks.slack:SlackHook SambaHook=samba.hooks.samba:SambaHook
  WebHDFSHook=apache.hdfs.hooks.webhdfs:WebHDFSHook DruidHook=apache.druid.hooks.druid:DruidHook
hooks.S3_hook amazon.aws.hooks.s3
hooks.dbapi_hook common.sql.hooks.sql
hooks.docker_hook docker.hooks.docker
hooks.druid_hook apache.druid.hooks.druid
hooks.hive_hooks apache.hive.hooks.hive
hooks.http_hook http.hooks.http
hooks.jdbc_hook jdbc.hooks.jdbc
hooks.mssql_hook microsoft.mssql.hooks.mssql
hooks.mysql_hook mysql.hooks.mysql
hooks.oracle_hook oracle.hooks.oracle
hooks.pig_hook apache.pig.hooks.pig
hooks.postgres_hook postgres.hooks.postgres
hooks.presto_hook presto.hooks.presto
hooks.samba_hook samba.hooks.samba
hooks.slack_hook slack.hooks.slack
hooks.sqlite_hook sqlite.hooks.sqlite
hooks.webhdfs_hook apache.hdfs.hooks.webhdfs
hooks.zendesk_hook zendesk.hooks.zendesk
kubernetes.kube_client cncf.kubernetes.kube_client
kubernetes.kubernetes_helper_functions cncf.kubernetes.kubernetes_helper_functions
kubernetes.pod_generator cncf.kubernetes.pod_generator
kubernetes.secret cncf.kubernetes.secret
operators airflow.sdk BashOperator=standard.operators.bash:BashOperator
  PythonOperator=standard.operators.python:PythonOperator
  BranchPythonOperator=standard.operators.python:BranchPythonOperator
  ShortCircuitOperator=standard.operators.python:ShortCircuitOperator
  PythonVirtualenvOperator=standard.operators.python:PythonVirtualenvOperator
  DummyOperator=standard.operators.empty:EmptyOperator
  TriggerDagRunOperator=standard.operators.trigger_dagrun:TriggerDagRunOperator
  LatestOnlyOperator=standard.operators.latest_only:LatestOnlyOperator EmailOperator=smtp.operators.smtp:EmailOperator
  SimpleHttpOperator=http.operators.http:HttpOperator DockerOperator=docker.operators.docker:DockerOperator
  HiveOperator=apache.hive.operators.hive:HiveOperator SlackAPIPostOperator=slack.operators.slack:SlackAPIPostOperator
  CheckOperator=common.sql.operators.sql:SQLCheckOperator
  ValueCheckOperator=common.sql.operators.sql:SQLValueCheckOperator
  IntervalCheckOperator=common.sql.operators.sql:SQLIntervalCheckOperator
  GenericTransfer=common.sql.operators.generic_transfer:GenericTransfer
  S3FileTransformOperator=amazon.aws.operators.s3:S3FileTransformOperator
  ExternalTaskSensor=standard.sensors.external_task:ExternalTaskSensor
  TimeDeltaSensor=standard.sensors.time_delta:TimeDeltaSensor TimeSensor=standard.sensors.time:TimeSensor
  S3KeySensor=amazon.aws.sensors.s3:S3KeySensor HttpSensor=http.sensors.http:HttpSensor
  SqlSensor=common.sql.sensors.sql:SqlSensor
operators.check_operator common.sql.operators.sql CheckOperator=SQLCheckOperator
  IntervalCheckOperator=SQLIntervalCheckOperator ThresholdCheckOperator=SQLThresholdCheckOperator
  ValueCheckOperator=SQLValueCheckOperator
operators.docker_operator docker.operators.docker
operators.email_operator smtp.operators.smtp
operators.gcs_to_s3 amazon.aws.transfers.gcs_to_s3
operators.google_api_to_s3_transfer amazon.aws.transfers.google_api_to_s3 GoogleApiToS3Transfer=GoogleApiToS3Operator
operators.hive_operator apache.hive.operators.hive
operators.hive_stats_operator apache.hive.operators.hive_stats
operators.hive_to_druid apache.druid.transfers.hive_to_druid HiveToDruidTransfer=HiveToDruidOperator
operators.hive_to_mysql apache.hive.transfers.hive_to_mysql
operators.hive_to_samba_operator apache.hive.transfers.hive_to_samba
operators.http_operator http.operators.http SimpleHttpOperator=HttpOperator
operators.mssql_to_hive apache.hive.transfers.mssql_to_hive
operators.mysql_to_hive apache.hive.transfers.mysql_to_hive
operators.papermill_operator papermill.operators.papermill
operators.pig_operator apache.pig.operators.pig
operators.presto_check_operator common.sql.operators.sql PrestoCheckOperator=SQLCheckOperator
  PrestoIntervalCheckOperator=SQLIntervalCheckOperator PrestoValueCheckOperator=SQLValueCheckOperator
operators.presto_to_mysql mysql.transfers.presto_to_mysql PrestoToMySqlTransfer=PrestoToMySqlOperator
operators.redshift_to_s3_operator amazon.aws.transfers.redshift_to_s3
operators.s3_file_transform_operator amazon.aws.operators.s3
operators.s3_to_hive_operator apache.hive.transfers.s3_to_hive
operators.s3_to_redshift_operator amazon.aws.transfers.s3_to_redshift
operators.sensors airflow.sdk ExternalTaskSensor=standard.sensors.external_task:ExternalTaskSensor
  TimeDeltaSensor=standard.sensors.time_delta:TimeDeltaSensor TimeSensor=standard.sensors.time:TimeSensor
  S3KeySensor=amazon.aws.sensors.s3:S3KeySensor HttpSensor=http.sensors.http:HttpSensor
  SqlSensor=common.sql.sensors.sql:SqlSensor
  HivePartitionSensor=apache.hive.sensors.hive_partition:HivePartitionSensor
  NamedHivePartitionSensor=apache.hive.sensors.named_hive_partition:NamedHivePartitionSensor
  MetastorePartitionSensor=apache.hive.sensors.metastore_partition:MetastorePartitionSensor
  WebHdfsSensor=apache.hdfs.sensors.web_hdfs:WebHdfsSensor
operators.slack_operator slack.operators.slack
operators.sql common.sql.operators.sql
operators.sql_branch_operator common.sql.operators.sql BranchSqlOperator=BranchSQLOperator
providers.amazon.aws.operators.emr_add_steps amazon.aws.operators.emr
providers.amazon.aws.operators.emr_create_job_flow amazon.aws.operators.emr
providers.amazon.aws.operators.emr_modify_cluster amazon.aws.operators.emr
providers.amazon.aws.operators.emr_terminate_job_flow amazon.aws.operators.emr
providers.amazon.aws.operators.s3_bucket amazon.aws.operators.s3
providers.amazon.aws.operators.s3_bucket_tagging amazon.aws.operators.s3
providers.amazon.aws.operators.s3_copy_object amazon.aws.operators.s3
providers.amazon.aws.operators.s3_delete_objects amazon.aws.operators.s3
providers.amazon.aws.operators.s3_file_transform amazon.aws.operators.s3
providers.amazon.aws.operators.s3_list amazon.aws.operators.s3
providers.amazon.aws.operators.sagemaker_training amazon.aws.operators.sagemaker
providers.amazon.aws.sensors.emr_job_flow amazon.aws.sensors.emr
providers.amazon.aws.sensors.emr_step amazon.aws.sensors.emr
providers.amazon.aws.sensors.s3_key amazon.aws.sensors.s3
providers.cncf.kubernetes.operators.kubernetes_pod cncf.kubernetes.operators.pod
providers.microsoft.azure.operators.azure_container_instances microsoft.azure.operators.container_instances
providers.slack.notifications.slack_notifier slack.notifications.slack
sensors airflow.sdk BaseSensorOperator=airflow.sdk:BaseSensorOperator
  ExternalTaskSensor=standard.sensors.external_task:ExternalTaskSensor
  TimeDeltaSensor=standard.sensors.time_delta:TimeDeltaSensor TimeSensor=standard.sensors.time:TimeSensor
  S3KeySensor=amazon.aws.sensors.s3:S3KeySensor HttpSensor=http.sensors.http:HttpSensor
  SqlSensor=common.sql.sensors.sql:SqlSensor
  HivePartitionSensor=apache.hive.sensors.hive_partition:HivePartitionSensor
  NamedHivePartitionSensor=apache.hive.sensors.named_hive_partition:NamedHivePartitionSensor
  MetastorePartitionSensor=apache.hive.sensors.metastore_partition:MetastorePartitionSensor
  WebHdfsSensor=apache.hdfs.sensors.web_hdfs:WebHdfsSensor
sensors.date_time_sensor standard.sensors.date_time
sensors.hive_partition_sensor apache.hive.sensors.hive_partition
sensors.http_sensor http.sensors.http
sensors.metastore_partition_sensor apache.hive.sensors.metastore_partition
sensors.named_hive_partition_sensor apache.hive.sensors.named_hive_partition
sensors.s3_key_sensor amazon.aws.sensors.s3
sensors.sql common.sql.sensors.sql
sensors.sql_sensor common.sql.sensors.sql
sensors.web_hdfs_sensor apache.hdfs.sensors.web_hdfs
utils airflow.utils.decorators apply_defaults=airflow.utils.decorators:apply_defaults
"""
