//! From a found route to the code that serves it.

use crate::access::Organization;
use crate::call::Call;
use crate::reply::Reply;
use crate::{
    Service, availability, booking, booking_templates, configs, contract_accounts, logs, organization_write,
    organizations, permissions, shop, statics, verbs,
};
use kalends_engine::Body;
use kalends_engine::entity::Verb;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::route::{Action, Api, Operation, Route};
use std::sync::Arc;

/// A request without HTTP: which route, and everything it carries.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Place of the route in the table.
    pub route: usize,
    /// Values of the path's parameters, decoded, in order.
    pub values: Vec<String>,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The JSON object that was sent; empty when there was none.
    pub body: Body,
}

/// A request with its route and organization at hand.
pub(crate) struct Job<'a> {
    pub call: &'a Call,
    pub route: &'a Route,
    pub request: &'a Request,
    pub organization: Option<Arc<Organization>>,
}

impl Job<'_> {
    /// The value of a path parameter, empty when the path has none of that name.
    pub(crate) fn param(&self, name: &str) -> &str {
        let index = self.route.parameters().position(|parameter| parameter == name);
        index.and_then(|index| self.request.values.get(index)).map_or("", String::as_str)
    }

    /// The organization of the path.
    pub(crate) fn organization(&self) -> Result<&Arc<Organization>, Failure> {
        self.organization.as_ref().ok_or_else(Failure::not_found)
    }

    /// The value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> &str {
        self.request.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The page asked for: an empty one and `0` mean the first.
    pub(crate) fn page(&self) -> Result<i64, Failure> {
        let text = self.param("page");
        if text.is_empty() {
            return Ok(1);
        }
        let page: Option<i64> = text.parse().ok().filter(|page| (0..=1_000_000_000).contains(page));
        page.map(|page| page.max(1)).ok_or_else(|| Failure::invalid_at("bad_page", "page"))
    }
}

impl Service {
    /// Serves one call.
    ///
    /// # Errors
    /// Whatever the operation refuses, as a [`Failure`] with status and reasons.
    pub async fn call(&self, call: &Call, request: &Request) -> Result<Reply, Failure> {
        let route = self.routes.routes().get(request.route).ok_or_else(Failure::not_found)?;
        let organization_id = route
            .in_organization
            .then(|| route.parameters().position(|parameter| parameter == "organizationId"))
            .flatten()
            .and_then(|index| request.values.get(index));
        let organization = self.authorize(route, &call.caller, organization_id.map(String::as_str)).await?;
        if organization.is_none() {
            self.require_declared(route, &call.caller).await?;
        }
        let job = Job { call, route, request, organization };
        match route.action {
            Action::Behaviour(operation) => self.behave(&job, operation).await,
            Action::Verb(verb) => match route.entity.map(|entity| entity.name) {
                Some("app" | "module") => shop::serve(self, &job, verb).await,
                Some("bookingTemplate") => booking_templates::serve(self, &job, verb).await,
                Some("bookingResource") if route.api == Api::Module => {
                    booking_templates::module_resources(self, &job, verb).await
                }
                Some("appointment") if matches!(verb, Verb::Show | Verb::Identify) => {
                    booking::appointments::serve(self, &job, verb).await
                }
                Some(_) => verbs::serve(self, &job, verb).await,
                None => Err(Failure::not_found()),
            },
            Action::Related(relation, verb) => match (route.entity.map(|entity| entity.name), relation.other) {
                (Some("appointment"), "customer") => booking::appointments::of_customer(self, &job, verb).await,
                (Some("bookingTemplate"), "bookingResource") => booking_templates::of_resource(self, &job, verb).await,
                _ => verbs::related(self, &job, relation, verb).await,
            },
            Action::Link(relation) => verbs::link(self, &job, relation, true).await,
            Action::Unlink(relation) => verbs::link(self, &job, relation, false).await,
        }
    }

    async fn behave(&self, job: &Job<'_>, operation: &Operation) -> Result<Reply, Failure> {
        let (area, rest) = operation.name.split_once('_').unwrap_or((operation.name, ""));
        if rest.starts_with("availability_") || rest.starts_with("timeGrid_") {
            return availability::serve(self, job, operation.name).await;
        }
        match area {
            "static" => statics::serve(job, operation.name),
            "bookingResource" => booking::ics::feed(self, job, operation.name).await,
            "appointment" | "bookingSlot" => booking::serve(self, job, operation.name).await,
            "log" => logs::serve(self, job, operation.name).await,
            "contractAccount" => contract_accounts::add(self, job).await,
            "app" | "module" => shop::show_by_install_key(self, job).await,
            "employee" => permissions::of_employee(self, job).await,
            "appConfig" | "moduleConfig" => configs::show_own(self, job).await,
            "organization" => match operation.name {
                "organization_extraField_link" | "organization_extraField_unlink" => {
                    organizations::link_extra_field(self, job).await
                }
                "organization_add"
                | "organization_copy"
                | "organization_subOrganization_addRoot"
                | "organization_subOrganization_addSub"
                | "organization_edit"
                | "organization_move"
                | "organization_delete" => organization_write::serve(self, job, operation.name).await,
                _ => organizations::serve(self, job, operation.name).await,
            },
            _ => Err(Problem::new("route_not_found").with_status(404)),
        }
    }
}
