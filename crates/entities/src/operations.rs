//! The hand-written operations: those that no table can say.

use kalends_engine::field::{Field, FieldSpec, boolean, list, object, reference, text};
use kalends_engine::route::Answer::{Full, List, Page, Short};
use kalends_engine::route::Api::{App, Module};
use kalends_engine::route::Method::{Delete, Get, Post, Put};
use kalends_engine::route::{Operation, Records, operation};
use serde_json::Value;

use crate::{contract_account, organization, shared};

static ADMIN: Field<Value> = object("admin", shared::PERSON);
static CONTRACT_ACCOUNT: Field<String> = reference("contractAccountId", "contractAccount");
static ID: FieldSpec = text("id").max(32).spec;
static APPS: Field<Value> = list("appIdList", &ID);
static MODULES: Field<Value> = list("moduleIdList", &ID);
static RECORD: FieldSpec = kalends_engine::field::any("record").spec;
static EMPLOYEES: Field<Value> = list("employeeList", &RECORD);
static TEMPLATES: Field<Value> = list("appointmentTemplateList", &RECORD);
static TEMPLATE_NAME: FieldSpec = text("name").spec;
static SETS: Field<Value> = list("organizationTemplateList", &TEMPLATE_NAME);
/// What `organization/add`, `addRoot` and `addSub` take besides the fields of an organization.
static NEW_ORGANIZATION: &[&FieldSpec] = &[
    &organization::NAME.spec,
    &CONTRACT_ACCOUNT.spec,
    &ADMIN.spec,
    &APPS.spec,
    &MODULES.spec,
    &EMPLOYEES.spec,
    &TEMPLATES.spec,
    &SETS.spec,
];
static PARENT: Field<String> = reference("organizationId", "organization").required();
static COPY_APPS: Field<bool> = boolean("appConfig");
static COPY_MODULES: Field<bool> = boolean("moduleConfig");
static COPY_FILES: Field<bool> = boolean("file");
static COPY_EMAIL_TEMPLATES: Field<bool> = boolean("emailTemplate");
static COPY_SMS_TEMPLATES: Field<bool> = boolean("smsTemplate");
static COPY_EMPLOYEES: Field<bool> = boolean("employee");
static COPY_GROUPS: Field<bool> = boolean("employeeGroup");
static COPY_RESOURCES: Field<bool> = boolean("resource");
static COPY_TEMPLATES: Field<bool> = boolean("appointmentTemplate");
/// What `organization_move` takes.
pub static MOVE: &[&FieldSpec] = &[&PARENT.spec];
static COPIES: &[&FieldSpec] = &[
    &organization::NAME.spec,
    &COPY_APPS.spec,
    &COPY_MODULES.spec,
    &COPY_FILES.spec,
    &COPY_EMAIL_TEMPLATES.spec,
    &COPY_SMS_TEMPLATES.spec,
    &COPY_EMPLOYEES.spec,
    &COPY_GROUPS.spec,
    &COPY_RESOURCES.spec,
    &COPY_TEMPLATES.spec,
];

/// Every hand-written operation.
pub static OPERATIONS: &[Operation] = &[
    operation(App, "static_country_list", Get, "/static/country/list").answers(List),
    operation(App, "static_currency_list", Get, "/static/currency/list").answers(List),
    operation(App, "static_error_show", Get, "/static/error/{errorCode}/show"),
    operation(App, "static_language_list", Get, "/static/language/list").answers(List),
    operation(App, "static_logCategory_list", Get, "/static/logCategory/list").answers(List),
    operation(App, "static_marker_list", Get, "/static/marker/list").answers(List),
    operation(App, "static_permission_list", Get, "/static/permission/list").answers(List),
    operation(App, "static_sector_list", Get, "/static/sector/list").answers(List),
    operation(App, "static_timeZone_list", Get, "/static/timeZone/list").answers(List),
    operation(App, "static_organizationTemplateData_list", Get, "/static/organizationTemplateData/list").answers(List),
    operation(Module, "static_country_list", Get, "/static/country/list").answers(List),
    operation(Module, "static_currency_list", Get, "/static/currency/list").answers(List),
    operation(Module, "static_error_show", Get, "/static/error/{errorCode}/show"),
    operation(Module, "static_language_list", Get, "/static/language/list").answers(List),
    operation(Module, "static_sector_list", Get, "/static/sector/list").answers(List),
    operation(Module, "static_timeZone_list", Get, "/static/timeZone/list").answers(List),
    operation(App, "contractAccount_add", Post, "/contractAccount/add")
        .of("contractAccount")
        .creates()
        .body(contract_account::ENTITY.fields)
        .answers(Short),
    operation(App, "organization_add", Post, "/organization/add")
        .of("organization")
        .creates()
        .body_besides(NEW_ORGANIZATION)
        .answers(List),
    operation(App, "organization_copy", Post, "copy").of("organization").creates().body(COPIES).answers(Short),
    operation(App, "organization_show", Get, "show").of("organization").answers(Full),
    operation(App, "organization_move", Put, "move").of("organization").body(MOVE).answers(Full),
    operation(App, "organization_app_index", Get, "/app/{appId}/organization/index/{page}")
        .of("organization")
        .answers(Page)
        .records(Records::Short),
    operation(App, "organization_app_filter", Get, "/app/{appId}/organization/filter/{page}")
        .of("organization")
        .answers(Page)
        .records(Records::Short),
    operation(App, "organization_app_list", Get, "/app/{appId}/organization/list")
        .of("organization")
        .answers(List)
        .records(Records::Short),
    operation(App, "organization_app_tree", Get, "/app/{appId}/organization/tree")
        .of("organization")
        .answers(List)
        .records(Records::Short),
    operation(App, "organization_subOrganization_addRoot", Post, "organization/addRoot")
        .of("organization")
        .creates()
        .body_besides(NEW_ORGANIZATION)
        .answers(Short),
    operation(App, "organization_subOrganization_addSub", Post, "organization/addSub")
        .of("organization")
        .creates()
        .body_besides(NEW_ORGANIZATION)
        .answers(Short),
    operation(App, "organization_subOrganization_identify", Get, "organization/{customId}/identify")
        .of("organization")
        .answers(Full),
    operation(App, "organization_subOrganization_index", Get, "organization/index/{page}")
        .of("organization")
        .answers(Page)
        .records(Records::Short),
    operation(App, "organization_subOrganization_filter", Get, "organization/filter/{page}")
        .of("organization")
        .answers(Page)
        .records(Records::Short),
    operation(App, "organization_subOrganization_list", Get, "organization/list")
        .of("organization")
        .answers(List)
        .records(Records::Short),
    operation(App, "organization_subOrganization_tree", Get, "organization/tree")
        .of("organization")
        .answers(List)
        .records(Records::Short),
    operation(App, "organization_edit", Put, "edit").of("organization").body(organization::ENTITY.fields).answers(Full),
    operation(App, "organization_delete", Delete, "delete").of("organization"),
    operation(Module, "organization_show", Get, "show").of("organization").answers(Full),
    operation(Module, "organization_identify", Get, "organization/{customId}/identify")
        .of("organization")
        .answers(Full),
    operation(Module, "organization_filter", Get, "/module/{moduleId}/organization/filter")
        .of("organization")
        .answers(List)
        .records(Records::Full),
    operation(Module, "organization_list", Get, "/module/{moduleId}/organization/{organizationId}/organization/list")
        .of("organization")
        .answers(List)
        .records(Records::Full),
    operation(App, "app_showByInstallKey", Get, "app/{appInstallKey}/showByInstallKey").of("app").answers(Full),
    operation(App, "module_showByInstallKey", Get, "module/{moduleInstallKey}/showByInstallKey")
        .of("module")
        .answers(Full),
    operation(App, "appConfig_app_show", Get, "/app/{appId}/organization/{organizationId}/appConfig/show")
        .of("appConfig")
        .answers(Full),
    operation(
        Module,
        "moduleConfig_module_show",
        Get,
        "/module/{moduleId}/organization/{organizationId}/moduleConfig/show",
    )
    .of("moduleConfig")
    .answers(Full),
    operation(App, "employee_permission", Get, "employee/{employeeId}/permission").of("employee").answers(List),
    operation(App, "log_show", Get, "log/{logId}/show").of("log").answers(Full),
    operation(App, "log_index", Get, "log/index/{page}").of("log").answers(Page).records(Records::Full),
    operation(App, "log_filter", Get, "log/filter/{page}").of("log").answers(Page).records(Records::Full),
];
