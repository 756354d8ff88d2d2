package remote

// explained are fields beside those of the short form that have texts of our own, in the order in which they are shown:
// what somebody in a shop may be asked for by their provider. Fields of one meaning share their texts, see [anywhere].
var explained = map[string][]string{
	"drive": {
		"root_folder_id", "use_trash", "keep_revision_forever", "service_account_file", "client_id",
		"client_secret",
	},
	"onedrive": {
		"region", "no_versions", "hard_delete", "root_folder_id", "chunk_size", "client_id", "client_secret",
	},
	"dropbox": {"chunk_size", "client_id", "client_secret"},
	"pcloud":  {"hostname", "root_folder_id", "client_id", "client_secret"},
	"koofr":   {"mountid"},
	"s3": {
		"version_at", "location_constraint", "storage_class", "force_path_style", "no_check_bucket",
		"server_side_encryption", "bucket_object_lock_enabled", "object_lock_mode",
		"object_lock_retain_until_date", "session_token", "chunk_size", "v2_auth",
	},
	"webdav": {"bearer_token", "headers", "nextcloud_chunk_size"},
	"sftp": {
		"key_file_pass", "key_pem", "key_use_agent", "known_hosts_file", "use_insecure_cipher", "connections",
		"chunk_size", "socks_proxy", "http_proxy",
	},
	"swift": {
		"domain", "tenant_id", "tenant_domain", "user_id", "auth_version", "application_credential_id",
		"application_credential_secret", "storage_url", "storage_policy",
	},
	"azureblob": {
		"endpoint", "access_tier", "sas_url", "connection_string", "tenant", "client_id", "client_secret",
		"chunk_size",
	},
	"ftp": {
		"host", "port", "user", "pass", "explicit_tls", "tls", "no_check_certificate", "disable_epsv",
		"concurrency", "socks_proxy", "http_proxy",
	},
	"smb":         {"host", "port", "user", "pass", "domain", "spn", "use_kerberos", "idle_timeout"},
	"jottacloud":  {"hard_delete", "no_versions", "client_id", "client_secret"},
	"box":         {"root_folder_id", "box_config_file", "access_token", "box_sub_type", "client_id", "client_secret"},
	"protondrive": {"username", "password", "2fa", "mailbox_password", "otp_secret_key"},
}

// anywhere are the fields that mean the same wherever they are: their texts are those of "any".
var anywhere = []string{
	"client_id", "client_secret", "root_folder_id", "chunk_size",
	"socks_proxy", "http_proxy", "no_versions", "hard_delete", "idle_timeout",
}
