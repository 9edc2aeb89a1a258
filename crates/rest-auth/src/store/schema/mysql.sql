-- The tables that Django, allauth, SimpleJWT and dj-rest-auth share with rest-auth, on MySQL and MariaDB. Names,
-- types and indexes are theirs to the letter, so that their migrations find what they expect.

-- table django_content_type
CREATE TABLE `django_content_type` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `app_label` varchar(100) NOT NULL,
    `model` varchar(100) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `django_content_type_app_label_model_76bd3d3b_uniq` (`app_label`,`model`)
) ENGINE=InnoDB;

-- table auth_permission
CREATE TABLE `auth_permission` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `name` varchar(255) NOT NULL,
    `content_type_id` int(11) NOT NULL,
    `codename` varchar(100) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `auth_permission_content_type_id_codename_01ab375a_uniq` (`content_type_id`,`codename`),
    CONSTRAINT `auth_permission_content_type_id_2f476e4b_fk_django_co` FOREIGN KEY (`content_type_id`) REFERENCES `django_content_type` (`id`)
) ENGINE=InnoDB;

-- table auth_group
CREATE TABLE `auth_group` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `name` varchar(150) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `name` (`name`)
) ENGINE=InnoDB;

-- table auth_group_permissions
CREATE TABLE `auth_group_permissions` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `group_id` int(11) NOT NULL,
    `permission_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `auth_group_permissions_group_id_permission_id_0cd325b0_uniq` (`group_id`,`permission_id`),
    KEY `auth_group_permissio_permission_id_84c5c92e_fk_auth_perm` (`permission_id`),
    CONSTRAINT `auth_group_permissio_permission_id_84c5c92e_fk_auth_perm` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
    CONSTRAINT `auth_group_permissions_group_id_b120cbf9_fk_auth_group_id` FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`)
) ENGINE=InnoDB;

-- table auth_user
CREATE TABLE `auth_user` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `password` varchar(128) NOT NULL,
    `last_login` datetime(6) DEFAULT NULL,
    `is_superuser` tinyint(1) NOT NULL,
    `username` varchar(150) NOT NULL,
    `first_name` varchar(150) NOT NULL,
    `last_name` varchar(150) NOT NULL,
    `email` varchar(254) NOT NULL,
    `is_staff` tinyint(1) NOT NULL,
    `is_active` tinyint(1) NOT NULL,
    `date_joined` datetime(6) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `username` (`username`)
) ENGINE=InnoDB;

-- table auth_user_groups
CREATE TABLE `auth_user_groups` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `user_id` int(11) NOT NULL,
    `group_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `auth_user_groups_user_id_group_id_94350c0c_uniq` (`user_id`,`group_id`),
    KEY `auth_user_groups_group_id_97559544_fk_auth_group_id` (`group_id`),
    CONSTRAINT `auth_user_groups_group_id_97559544_fk_auth_group_id` FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`),
    CONSTRAINT `auth_user_groups_user_id_6a12ed8b_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table auth_user_user_permissions
CREATE TABLE `auth_user_user_permissions` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `user_id` int(11) NOT NULL,
    `permission_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `auth_user_user_permissions_user_id_permission_id_14a6b632_uniq` (`user_id`,`permission_id`),
    KEY `auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm` (`permission_id`),
    CONSTRAINT `auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
    CONSTRAINT `auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table authtoken_token
CREATE TABLE `authtoken_token` (
    `key` varchar(40) NOT NULL,
    `created` datetime(6) NOT NULL,
    `user_id` int(11) NOT NULL,
    PRIMARY KEY (`key`),
    UNIQUE KEY `user_id` (`user_id`),
    CONSTRAINT `authtoken_token_user_id_35299eff_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table account_emailaddress
CREATE TABLE `account_emailaddress` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `email` varchar(254) NOT NULL,
    `verified` tinyint(1) NOT NULL,
    `primary` tinyint(1) NOT NULL,
    `user_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `account_emailaddress_user_id_email_987c8728_uniq` (`user_id`,`email`),
    KEY `account_emailaddress_email_03be32b2` (`email`),
    CONSTRAINT `account_emailaddress_user_id_2c513194_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table account_emailconfirmation
CREATE TABLE `account_emailconfirmation` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `created` datetime(6) NOT NULL,
    `sent` datetime(6) DEFAULT NULL,
    `key` varchar(64) NOT NULL,
    `email_address_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `key` (`key`),
    KEY `account_emailconfirm_email_address_id_5b7f8c58_fk_account_e` (`email_address_id`),
    CONSTRAINT `account_emailconfirm_email_address_id_5b7f8c58_fk_account_e` FOREIGN KEY (`email_address_id`) REFERENCES `account_emailaddress` (`id`)
) ENGINE=InnoDB;

-- table django_session
CREATE TABLE `django_session` (
    `session_key` varchar(40) NOT NULL,
    `session_data` longtext NOT NULL,
    `expire_date` datetime(6) NOT NULL,
    PRIMARY KEY (`session_key`),
    KEY `django_session_expire_date_a5c62663` (`expire_date`)
) ENGINE=InnoDB;

-- table django_site
CREATE TABLE `django_site` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `domain` varchar(100) NOT NULL,
    `name` varchar(50) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `django_site_domain_a2e37b91_uniq` (`domain`)
) ENGINE=InnoDB;

-- table token_blacklist_outstandingtoken
CREATE TABLE `token_blacklist_outstandingtoken` (
    `id` bigint(20) NOT NULL AUTO_INCREMENT,
    `token` longtext NOT NULL,
    `created_at` datetime(6) DEFAULT NULL,
    `expires_at` datetime(6) NOT NULL,
    `user_id` int(11) DEFAULT NULL,
    `jti` varchar(255) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `token_blacklist_outstandingtoken_jti_hex_d9bdf6f7_uniq` (`jti`),
    KEY `token_blacklist_outs_user_id_83bc629a_fk_auth_user` (`user_id`),
    CONSTRAINT `token_blacklist_outs_user_id_83bc629a_fk_auth_user` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table token_blacklist_blacklistedtoken
CREATE TABLE `token_blacklist_blacklistedtoken` (
    `id` bigint(20) NOT NULL AUTO_INCREMENT,
    `blacklisted_at` datetime(6) NOT NULL,
    `token_id` bigint(20) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `token_id` (`token_id`),
    CONSTRAINT `token_blacklist_blacklistedtoken_token_id_3cc7fe56_fk` FOREIGN KEY (`token_id`) REFERENCES `token_blacklist_outstandingtoken` (`id`)
) ENGINE=InnoDB;

-- table socialaccount_socialaccount
CREATE TABLE `socialaccount_socialaccount` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `provider` varchar(200) NOT NULL,
    `uid` varchar(191) NOT NULL,
    `last_login` datetime(6) NOT NULL,
    `date_joined` datetime(6) NOT NULL,
    `extra_data` json NOT NULL,
    `user_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `socialaccount_socialaccount_provider_uid_fc810c6e_uniq` (`provider`,`uid`),
    KEY `socialaccount_socialaccount_user_id_8146e70c_fk_auth_user_id` (`user_id`),
    CONSTRAINT `socialaccount_socialaccount_user_id_8146e70c_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table socialaccount_socialapp
CREATE TABLE `socialaccount_socialapp` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `provider` varchar(30) NOT NULL,
    `name` varchar(40) NOT NULL,
    `client_id` varchar(191) NOT NULL,
    `secret` varchar(191) NOT NULL,
    `key` varchar(191) NOT NULL,
    `provider_id` varchar(200) NOT NULL,
    `settings` json NOT NULL,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB;

-- table socialaccount_socialapp_sites
CREATE TABLE `socialaccount_socialapp_sites` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `socialapp_id` int(11) NOT NULL,
    `site_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `socialaccount_socialapp_sites_socialapp_id_site_id_71a9a768_uniq` (`socialapp_id`,`site_id`),
    KEY `socialaccount_socialapp_sites_site_id_2579dee5_fk_django_site_id` (`site_id`),
    CONSTRAINT `socialaccount_social_socialapp_id_97fb6e7d_fk_socialacc` FOREIGN KEY (`socialapp_id`) REFERENCES `socialaccount_socialapp` (`id`),
    CONSTRAINT `socialaccount_socialapp_sites_site_id_2579dee5_fk_django_site_id` FOREIGN KEY (`site_id`) REFERENCES `django_site` (`id`)
) ENGINE=InnoDB;

-- table socialaccount_socialtoken
CREATE TABLE `socialaccount_socialtoken` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `token` longtext NOT NULL,
    `token_secret` longtext NOT NULL,
    `expires_at` datetime(6) DEFAULT NULL,
    `account_id` int(11) NOT NULL,
    `app_id` int(11) DEFAULT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `socialaccount_socialtoken_app_id_account_id_fca4e0ac_uniq` (`app_id`,`account_id`),
    KEY `socialaccount_social_account_id_951f210e_fk_socialacc` (`account_id`),
    CONSTRAINT `socialaccount_social_account_id_951f210e_fk_socialacc` FOREIGN KEY (`account_id`) REFERENCES `socialaccount_socialaccount` (`id`),
    CONSTRAINT `socialaccount_social_app_id_636a42d7_fk_socialacc` FOREIGN KEY (`app_id`) REFERENCES `socialaccount_socialapp` (`id`)
) ENGINE=InnoDB;

-- table dj_rest_auth_mfa_authenticator
CREATE TABLE `dj_rest_auth_mfa_authenticator` (
    `id` bigint(20) NOT NULL AUTO_INCREMENT,
    `type` varchar(20) NOT NULL,
    `data` json NOT NULL,
    `created_at` datetime(6) NOT NULL,
    `last_used_at` datetime(6) DEFAULT NULL,
    `user_id` int(11) NOT NULL,
    PRIMARY KEY (`id`),
    UNIQUE KEY `dj_rest_auth_mfa_authenticator_user_id_type_62322d58_uniq` (`user_id`,`type`),
    CONSTRAINT `dj_rest_auth_mfa_authenticator_user_id_e953f0ca_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB;

-- table django_migrations
-- What Django is told of the tables above, so that its own migrations go on from here.
CREATE TABLE `django_migrations` (
    `id` int(11) NOT NULL AUTO_INCREMENT,
    `app` varchar(255) NOT NULL,
    `name` varchar(255) NOT NULL,
    `applied` datetime(6) NOT NULL,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `django_migrations` (`app`, `name`, `applied`) VALUES
    ('contenttypes', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('auth', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('account', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('account', '0002_email_max_length', CURRENT_TIMESTAMP(6)),
    ('account', '0003_alter_emailaddress_create_unique_verified_email', CURRENT_TIMESTAMP(6)),
    ('account', '0004_alter_emailaddress_drop_unique_email', CURRENT_TIMESTAMP(6)),
    ('account', '0005_emailaddress_idx_upper_email', CURRENT_TIMESTAMP(6)),
    ('account', '0006_emailaddress_lower', CURRENT_TIMESTAMP(6)),
    ('account', '0007_emailaddress_idx_email', CURRENT_TIMESTAMP(6)),
    ('account', '0008_emailaddress_unique_primary_email_fixup', CURRENT_TIMESTAMP(6)),
    ('account', '0009_emailaddress_unique_primary_email', CURRENT_TIMESTAMP(6)),
    ('contenttypes', '0002_remove_content_type_name', CURRENT_TIMESTAMP(6)),
    ('auth', '0002_alter_permission_name_max_length', CURRENT_TIMESTAMP(6)),
    ('auth', '0003_alter_user_email_max_length', CURRENT_TIMESTAMP(6)),
    ('auth', '0004_alter_user_username_opts', CURRENT_TIMESTAMP(6)),
    ('auth', '0005_alter_user_last_login_null', CURRENT_TIMESTAMP(6)),
    ('auth', '0006_require_contenttypes_0002', CURRENT_TIMESTAMP(6)),
    ('auth', '0007_alter_validators_add_error_messages', CURRENT_TIMESTAMP(6)),
    ('auth', '0008_alter_user_username_max_length', CURRENT_TIMESTAMP(6)),
    ('auth', '0009_alter_user_last_name_max_length', CURRENT_TIMESTAMP(6)),
    ('auth', '0010_alter_group_name_max_length', CURRENT_TIMESTAMP(6)),
    ('auth', '0011_update_proxy_permissions', CURRENT_TIMESTAMP(6)),
    ('auth', '0012_alter_user_first_name_max_length', CURRENT_TIMESTAMP(6)),
    ('authtoken', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('authtoken', '0002_auto_20160226_1747', CURRENT_TIMESTAMP(6)),
    ('authtoken', '0003_tokenproxy', CURRENT_TIMESTAMP(6)),
    ('authtoken', '0004_alter_tokenproxy_options', CURRENT_TIMESTAMP(6)),
    ('dj_rest_auth_mfa', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('sessions', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('sites', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('sites', '0002_alter_domain_unique', CURRENT_TIMESTAMP(6)),
    ('socialaccount', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('socialaccount', '0002_token_max_lengths', CURRENT_TIMESTAMP(6)),
    ('socialaccount', '0003_extra_data_default_dict', CURRENT_TIMESTAMP(6)),
    ('socialaccount', '0004_app_provider_id_settings', CURRENT_TIMESTAMP(6)),
    ('socialaccount', '0005_socialtoken_nullable_app', CURRENT_TIMESTAMP(6)),
    ('socialaccount', '0006_alter_socialaccount_extra_data', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0001_initial', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0002_outstandingtoken_jti_hex', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0003_auto_20171017_2007', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0004_auto_20171017_2013', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0005_remove_outstandingtoken_jti', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0006_auto_20171017_2113', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0007_auto_20171017_2214', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0008_migrate_to_bigautofield', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0010_fix_migrate_to_bigautofield', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0011_linearizes_history', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0012_alter_outstandingtoken_user', CURRENT_TIMESTAMP(6)),
    ('token_blacklist', '0013_alter_blacklistedtoken_options_and_more', CURRENT_TIMESTAMP(6));

-- table rest_auth_refresh_token
CREATE TABLE `rest_auth_refresh_token` (
    `parent_jti` varchar(255) NOT NULL,
    `jti` varchar(255) NOT NULL,
    `access_jti` varchar(255) NOT NULL,
    `family` varchar(255) NOT NULL,
    `rotated_at` datetime(6) NOT NULL,
    PRIMARY KEY (`parent_jti`),
    UNIQUE KEY `rest_auth_refresh_token_jti` (`jti`),
    KEY `rest_auth_refresh_token_family` (`family`)
) ENGINE=InnoDB;

-- table rest_auth_replaced_hash
CREATE TABLE `rest_auth_replaced_hash` (
    `digest` varchar(64) NOT NULL,
    `user_id` int(11) NOT NULL,
    `hash_digest` varchar(64) NOT NULL,
    `expires_at` datetime(6) NOT NULL,
    PRIMARY KEY (`digest`),
    KEY `rest_auth_replaced_hash_user_id` (`user_id`)
) ENGINE=InnoDB;

-- table rest_auth_outbox
CREATE TABLE `rest_auth_outbox` (
    `id` bigint NOT NULL AUTO_INCREMENT,
    `kind` varchar(20) NOT NULL,
    `recipient` varchar(320) NOT NULL,
    `sender` varchar(320) NOT NULL,
    `subject` varchar(255) NOT NULL,
    `text` longtext NOT NULL,
    `html` longtext NULL,
    `created_at` datetime(6) NOT NULL,
    `attempts` bigint NOT NULL,
    `next_attempt_at` datetime(6) NOT NULL,
    `claimed_until` datetime(6) NULL,
    PRIMARY KEY (`id`),
    KEY `rest_auth_outbox_next_attempt_at` (`next_attempt_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
