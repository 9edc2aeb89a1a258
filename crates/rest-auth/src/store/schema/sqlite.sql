-- The tables that Django, allauth, SimpleJWT and dj-rest-auth share with rest-auth, on SQLite. Names, types
-- and indexes are theirs to the letter, so that their migrations find what they expect.

-- table django_content_type
CREATE TABLE "django_content_type" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app_label" varchar(100) NOT NULL,
    "model" varchar(100) NOT NULL
);
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");

-- table auth_permission
CREATE TABLE "auth_permission" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED,
    "codename" varchar(100) NOT NULL,
    "name" varchar(255) NOT NULL
);
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");

-- table auth_group
CREATE TABLE "auth_group" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(150) NOT NULL UNIQUE
);

-- table auth_group_permissions
CREATE TABLE "auth_group_permissions" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");

-- table auth_user
CREATE TABLE "auth_user" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "password" varchar(128) NOT NULL,
    "last_login" datetime NULL,
    "is_superuser" bool NOT NULL,
    "username" varchar(150) NOT NULL UNIQUE,
    "last_name" varchar(150) NOT NULL,
    "email" varchar(254) NOT NULL,
    "is_staff" bool NOT NULL,
    "is_active" bool NOT NULL,
    "date_joined" datetime NOT NULL,
    "first_name" varchar(150) NOT NULL
);

-- table auth_user_groups
CREATE TABLE "auth_user_groups" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "auth_user_groups_user_id_group_id_94350c0c_uniq" ON "auth_user_groups" ("user_id", "group_id");
CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id");
CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id");

-- table auth_user_user_permissions
CREATE TABLE "auth_user_user_permissions" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq" ON "auth_user_user_permissions" ("user_id", "permission_id");
CREATE INDEX "auth_user_user_permissions_user_id_a95ead1b" ON "auth_user_user_permissions" ("user_id");
CREATE INDEX "auth_user_user_permissions_permission_id_1fbb5f2c" ON "auth_user_user_permissions" ("permission_id");

-- table authtoken_token
CREATE TABLE "authtoken_token" (
    "key" varchar(40) NOT NULL PRIMARY KEY,
    "created" datetime NOT NULL,
    "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED
);

-- table account_emailaddress
CREATE TABLE "account_emailaddress" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "verified" bool NOT NULL,
    "primary" bool NOT NULL,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "email" varchar(254) NOT NULL
);
CREATE UNIQUE INDEX "account_emailaddress_user_id_email_987c8728_uniq" ON "account_emailaddress" ("user_id", "email");
CREATE UNIQUE INDEX "unique_verified_email" ON "account_emailaddress" ("email") WHERE "verified";
CREATE INDEX "account_emailaddress_user_id_2c513194" ON "account_emailaddress" ("user_id");
CREATE INDEX "account_emailaddress_email_03be32b2" ON "account_emailaddress" ("email");
CREATE UNIQUE INDEX "unique_primary_email" ON "account_emailaddress" ("user_id", "primary") WHERE "primary";

-- table account_emailconfirmation
CREATE TABLE "account_emailconfirmation" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "created" datetime NOT NULL,
    "sent" datetime NULL,
    "key" varchar(64) NOT NULL UNIQUE,
    "email_address_id" integer NOT NULL REFERENCES "account_emailaddress" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "account_emailconfirmation_email_address_id_5b7f8c58" ON "account_emailconfirmation" ("email_address_id");

-- table django_session
CREATE TABLE "django_session" (
    "session_key" varchar(40) NOT NULL PRIMARY KEY,
    "session_data" text NOT NULL,
    "expire_date" datetime NOT NULL
);
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");

-- table django_site
CREATE TABLE "django_site" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(50) NOT NULL,
    "domain" varchar(100) NOT NULL UNIQUE
);

-- table token_blacklist_outstandingtoken
CREATE TABLE "token_blacklist_outstandingtoken" (
    "token" text NOT NULL,
    "created_at" datetime NULL,
    "expires_at" datetime NOT NULL,
    "user_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "jti" varchar(255) NOT NULL UNIQUE,
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
);
CREATE INDEX "token_blacklist_outstandingtoken_user_id_83bc629a" ON "token_blacklist_outstandingtoken" ("user_id");

-- table token_blacklist_blacklistedtoken
CREATE TABLE "token_blacklist_blacklistedtoken" (
    "blacklisted_at" datetime NOT NULL,
    "token_id" bigint NOT NULL UNIQUE REFERENCES "token_blacklist_outstandingtoken" ("id") DEFERRABLE INITIALLY DEFERRED,
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
);

-- table socialaccount_socialaccount
CREATE TABLE "socialaccount_socialaccount" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "provider" varchar(200) NOT NULL,
    "uid" varchar(191) NOT NULL,
    "last_login" datetime NOT NULL,
    "date_joined" datetime NOT NULL,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
    "extra_data" text NOT NULL CHECK ((JSON_VALID("extra_data") OR "extra_data" IS NULL))
);
CREATE UNIQUE INDEX "socialaccount_socialaccount_provider_uid_fc810c6e_uniq" ON "socialaccount_socialaccount" ("provider", "uid");
CREATE INDEX "socialaccount_socialaccount_user_id_8146e70c" ON "socialaccount_socialaccount" ("user_id");

-- table socialaccount_socialapp
CREATE TABLE "socialaccount_socialapp" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "provider" varchar(30) NOT NULL,
    "name" varchar(40) NOT NULL,
    "client_id" varchar(191) NOT NULL,
    "secret" varchar(191) NOT NULL,
    "key" varchar(191) NOT NULL,
    "provider_id" varchar(200) NOT NULL,
    "settings" text NOT NULL CHECK ((JSON_VALID("settings") OR "settings" IS NULL))
);

-- table socialaccount_socialapp_sites
CREATE TABLE "socialaccount_socialapp_sites" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "socialapp_id" integer NOT NULL REFERENCES "socialaccount_socialapp" ("id") DEFERRABLE INITIALLY DEFERRED,
    "site_id" integer NOT NULL REFERENCES "django_site" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "socialaccount_socialapp_sites_socialapp_id_site_id_71a9a768_uniq" ON "socialaccount_socialapp_sites" ("socialapp_id", "site_id");
CREATE INDEX "socialaccount_socialapp_sites_socialapp_id_97fb6e7d" ON "socialaccount_socialapp_sites" ("socialapp_id");
CREATE INDEX "socialaccount_socialapp_sites_site_id_2579dee5" ON "socialaccount_socialapp_sites" ("site_id");

-- table socialaccount_socialtoken
CREATE TABLE "socialaccount_socialtoken" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "token" text NOT NULL,
    "token_secret" text NOT NULL,
    "expires_at" datetime NULL,
    "account_id" integer NOT NULL REFERENCES "socialaccount_socialaccount" ("id") DEFERRABLE INITIALLY DEFERRED,
    "app_id" integer NULL REFERENCES "socialaccount_socialapp" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "socialaccount_socialtoken_app_id_account_id_fca4e0ac_uniq" ON "socialaccount_socialtoken" ("app_id", "account_id");
CREATE INDEX "socialaccount_socialtoken_account_id_951f210e" ON "socialaccount_socialtoken" ("account_id");
CREATE INDEX "socialaccount_socialtoken_app_id_636a42d7" ON "socialaccount_socialtoken" ("app_id");

-- table dj_rest_auth_mfa_authenticator
CREATE TABLE "dj_rest_auth_mfa_authenticator" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "type" varchar(20) NOT NULL,
    "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)),
    "created_at" datetime NOT NULL,
    "last_used_at" datetime NULL,
    "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX "dj_rest_auth_mfa_authenticator_user_id_type_62322d58_uniq" ON "dj_rest_auth_mfa_authenticator" ("user_id", "type");
CREATE INDEX "dj_rest_auth_mfa_authenticator_user_id_e953f0ca" ON "dj_rest_auth_mfa_authenticator" ("user_id");

-- table django_migrations
-- What Django is told of the tables above, so that its own migrations go on from here.
CREATE TABLE "django_migrations" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "app" varchar(255) NOT NULL,
    "name" varchar(255) NOT NULL,
    "applied" datetime NOT NULL
);
INSERT INTO "django_migrations" ("app", "name", "applied") VALUES
    ('contenttypes', '0001_initial', CURRENT_TIMESTAMP),
    ('auth', '0001_initial', CURRENT_TIMESTAMP),
    ('account', '0001_initial', CURRENT_TIMESTAMP),
    ('account', '0002_email_max_length', CURRENT_TIMESTAMP),
    ('account', '0003_alter_emailaddress_create_unique_verified_email', CURRENT_TIMESTAMP),
    ('account', '0004_alter_emailaddress_drop_unique_email', CURRENT_TIMESTAMP),
    ('account', '0005_emailaddress_idx_upper_email', CURRENT_TIMESTAMP),
    ('account', '0006_emailaddress_lower', CURRENT_TIMESTAMP),
    ('account', '0007_emailaddress_idx_email', CURRENT_TIMESTAMP),
    ('account', '0008_emailaddress_unique_primary_email_fixup', CURRENT_TIMESTAMP),
    ('account', '0009_emailaddress_unique_primary_email', CURRENT_TIMESTAMP),
    ('contenttypes', '0002_remove_content_type_name', CURRENT_TIMESTAMP),
    ('auth', '0002_alter_permission_name_max_length', CURRENT_TIMESTAMP),
    ('auth', '0003_alter_user_email_max_length', CURRENT_TIMESTAMP),
    ('auth', '0004_alter_user_username_opts', CURRENT_TIMESTAMP),
    ('auth', '0005_alter_user_last_login_null', CURRENT_TIMESTAMP),
    ('auth', '0006_require_contenttypes_0002', CURRENT_TIMESTAMP),
    ('auth', '0007_alter_validators_add_error_messages', CURRENT_TIMESTAMP),
    ('auth', '0008_alter_user_username_max_length', CURRENT_TIMESTAMP),
    ('auth', '0009_alter_user_last_name_max_length', CURRENT_TIMESTAMP),
    ('auth', '0010_alter_group_name_max_length', CURRENT_TIMESTAMP),
    ('auth', '0011_update_proxy_permissions', CURRENT_TIMESTAMP),
    ('auth', '0012_alter_user_first_name_max_length', CURRENT_TIMESTAMP),
    ('authtoken', '0001_initial', CURRENT_TIMESTAMP),
    ('authtoken', '0002_auto_20160226_1747', CURRENT_TIMESTAMP),
    ('authtoken', '0003_tokenproxy', CURRENT_TIMESTAMP),
    ('authtoken', '0004_alter_tokenproxy_options', CURRENT_TIMESTAMP),
    ('dj_rest_auth_mfa', '0001_initial', CURRENT_TIMESTAMP),
    ('sessions', '0001_initial', CURRENT_TIMESTAMP),
    ('sites', '0001_initial', CURRENT_TIMESTAMP),
    ('sites', '0002_alter_domain_unique', CURRENT_TIMESTAMP),
    ('socialaccount', '0001_initial', CURRENT_TIMESTAMP),
    ('socialaccount', '0002_token_max_lengths', CURRENT_TIMESTAMP),
    ('socialaccount', '0003_extra_data_default_dict', CURRENT_TIMESTAMP),
    ('socialaccount', '0004_app_provider_id_settings', CURRENT_TIMESTAMP),
    ('socialaccount', '0005_socialtoken_nullable_app', CURRENT_TIMESTAMP),
    ('socialaccount', '0006_alter_socialaccount_extra_data', CURRENT_TIMESTAMP),
    ('token_blacklist', '0001_initial', CURRENT_TIMESTAMP),
    ('token_blacklist', '0002_outstandingtoken_jti_hex', CURRENT_TIMESTAMP),
    ('token_blacklist', '0003_auto_20171017_2007', CURRENT_TIMESTAMP),
    ('token_blacklist', '0004_auto_20171017_2013', CURRENT_TIMESTAMP),
    ('token_blacklist', '0005_remove_outstandingtoken_jti', CURRENT_TIMESTAMP),
    ('token_blacklist', '0006_auto_20171017_2113', CURRENT_TIMESTAMP),
    ('token_blacklist', '0007_auto_20171017_2214', CURRENT_TIMESTAMP),
    ('token_blacklist', '0008_migrate_to_bigautofield', CURRENT_TIMESTAMP),
    ('token_blacklist', '0010_fix_migrate_to_bigautofield', CURRENT_TIMESTAMP),
    ('token_blacklist', '0011_linearizes_history', CURRENT_TIMESTAMP),
    ('token_blacklist', '0012_alter_outstandingtoken_user', CURRENT_TIMESTAMP),
    ('token_blacklist', '0013_alter_blacklistedtoken_options_and_more', CURRENT_TIMESTAMP);

-- table rest_auth_refresh_token
CREATE TABLE "rest_auth_refresh_token" (
    "parent_jti" varchar(255) NOT NULL PRIMARY KEY,
    "jti" varchar(255) NOT NULL UNIQUE,
    "access_jti" varchar(255) NOT NULL,
    "family" varchar(255) NOT NULL,
    "rotated_at" datetime NOT NULL
);
CREATE INDEX "rest_auth_refresh_token_family" ON "rest_auth_refresh_token" ("family");

-- table rest_auth_replaced_hash
CREATE TABLE "rest_auth_replaced_hash" (
    "digest" varchar(64) NOT NULL PRIMARY KEY,
    "user_id" integer NOT NULL,
    "hash_digest" varchar(64) NOT NULL,
    "expires_at" datetime NOT NULL
);
CREATE INDEX "rest_auth_replaced_hash_user_id" ON "rest_auth_replaced_hash" ("user_id");

-- table rest_auth_outbox
CREATE TABLE "rest_auth_outbox" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "kind" varchar(20) NOT NULL,
    "recipient" varchar(320) NOT NULL,
    "sender" varchar(320) NOT NULL,
    "subject" varchar(255) NOT NULL,
    "text" text NOT NULL,
    "html" text NULL,
    "created_at" datetime NOT NULL,
    "attempts" integer NOT NULL,
    "next_attempt_at" datetime NOT NULL,
    "claimed_until" datetime NULL
);
CREATE INDEX "rest_auth_outbox_next_attempt_at" ON "rest_auth_outbox" ("next_attempt_at");
