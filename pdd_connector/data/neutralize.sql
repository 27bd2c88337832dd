-- a copied database must not talk to a live shop
UPDATE pdd_shop
   SET state = 'draft',
       client_secret = NULL,
       access_token = NULL,
       refresh_token = NULL,
       consent_digest = NULL,
       database_fingerprint = NULL;
