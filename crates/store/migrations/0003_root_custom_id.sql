-- A client's own ids are unique in an organization. What stands in none (root organizations, contract accounts) belongs
-- to a contract account or a developer account: there they are unique, and nobody sees that another one uses the same.
DROP INDEX record_custom_id;
CREATE UNIQUE INDEX record_custom_id ON record (organization_id, entity, custom_id)
    WHERE custom_id <> '' AND organization_id <> '';
{{#sqlite}}
CREATE UNIQUE INDEX record_root_custom_id
    ON record (entity, custom_id, coalesce(body ->> 'contractAccountId', body ->> 'developerAccountId'))
    WHERE custom_id <> '' AND organization_id = '';
{{/sqlite}}
{{#postgres}}
CREATE UNIQUE INDEX record_root_custom_id
    ON record (entity, custom_id, coalesce(body::jsonb ->> 'contractAccountId', body::jsonb ->> 'developerAccountId'))
    WHERE custom_id <> '' AND organization_id = '';
{{/postgres}}
