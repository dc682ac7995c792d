//! Routes: every operation with its method, path and rights, made from the entities' tables and from the hand-written
//! operations, and the tree that finds the one a request means.

use crate::entity::{Entity, Relation, Verb};
use crate::field::FieldSpec;
use std::collections::HashMap;

/// One of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// `/app/v3`.
    App,
    /// `/module/v3`.
    Module,
}

/// The methods of the contract; LINK and UNLINK are not standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
    Link,
    Unlink,
}

impl Method {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Link => "LINK",
            Self::Unlink => "UNLINK",
        }
    }

    /// The method of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Delete, Self::Link, Self::Unlink]
            .into_iter()
            .find(|m| m.word() == word)
    }
}

/// What a route does.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// A shared verb on the entity itself.
    Verb(Verb),
    /// `Index`, `Filter` or `List` of the entity below a record of another.
    Related(&'static Relation, Verb),
    /// `LINK`.
    Link(&'static Relation),
    /// `UNLINK`.
    Unlink(&'static Relation),
    /// A hand-written operation, found by its name.
    Behaviour(&'static Operation),
}

/// What a hand-written operation answers; tells the API document and the handlers the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The entity's full form.
    Full,
    /// The entity's short form.
    Short,
    /// `LIST`.
    List,
    /// `PAGINATION_LIST`.
    Page,
    /// `RANGE_LIST`.
    Range,
    /// Raw bytes.
    Bytes,
    /// Something of its own, or nothing.
    Other,
}

/// What the records of a hand-written operation's answer are; where it answers no list, the record itself.
#[derive(Debug, Clone, Copy)]
pub enum Records {
    /// Records of several classes, or of one that no table describes.
    Various,
    /// The entity's full forms.
    Full,
    /// The entity's short forms.
    Short,
    /// Records of that class with these fields.
    Own(&'static str, &'static [&'static FieldSpec]),
}

/// A behavioural operation: an ordinary handler registered beside the entities' tables.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Which API offers it.
    pub api: Api,
    /// Name as in the contract, `appointment_move`.
    pub name: &'static str,
    /// Method.
    pub method: Method,
    /// Path below `/organization/{organizationId}/`, or from the locale on when it begins with `/`.
    pub path: &'static str,
    /// Entity whose permission it needs; `""` needs none (reference data).
    pub entity: &'static str,
    /// Whether it needs the write permission.
    pub write: bool,
    /// Status of success.
    pub status: u16,
    /// What its body may hold; empty when it takes none.
    pub body: &'static [&'static FieldSpec],
    /// Whether its body may hold the entity's fields too.
    pub extends: bool,
    /// Names of the fields that an example of its body holds; all of them when there are none.
    pub example: &'static [&'static str],
    /// What it answers.
    pub answer: Answer,
    /// What the records of its answer are.
    pub records: Records,
}

/// Starts the description of a hand-written operation.
pub const fn operation(api: Api, name: &'static str, method: Method, path: &'static str) -> Operation {
    let write = !matches!(method, Method::Get);
    Operation {
        api,
        name,
        method,
        path,
        entity: "",
        write,
        status: 200,
        body: &[],
        extends: false,
        example: &[],
        answer: Answer::Other,
        records: Records::Various,
    }
}

impl Operation {
    /// The entity whose permission it needs.
    pub const fn of(mut self, entity: &'static str) -> Self {
        self.entity = entity;
        self
    }

    /// Answers 201.
    pub const fn creates(mut self) -> Self {
        self.status = 201;
        self
    }

    /// Needs no write permission although its method is not GET.
    pub const fn reads(mut self) -> Self {
        self.write = false;
        self
    }

    /// What its body may hold.
    pub const fn body(mut self, fields: &'static [&'static FieldSpec]) -> Self {
        self.body = fields;
        self
    }

    /// What its body may hold besides the fields of its entity.
    pub const fn body_besides(mut self, fields: &'static [&'static FieldSpec]) -> Self {
        self.body = fields;
        self.extends = true;
        self
    }

    /// The fields that go together in an example of its body.
    pub const fn example(mut self, names: &'static [&'static str]) -> Self {
        self.example = names;
        self
    }

    /// What the records of its answer are.
    pub const fn records(mut self, records: Records) -> Self {
        self.records = records;
        self
    }

    /// What it answers.
    pub const fn answers(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }
}

/// One operation that is served.
#[derive(Debug, Clone)]
pub struct Route {
    /// Which API.
    pub api: Api,
    /// Name as in the contract, `customer_customerGroup_link`.
    pub operation: String,
    /// Method.
    pub method: Method,
    /// Path after the locale, parameters in braces.
    pub path: String,
    /// The entity it works on, when there is one.
    pub entity: Option<&'static Entity>,
    /// What it does.
    pub action: Action,
    /// Status of success.
    pub status: u16,
    /// Entity and kind of the permission it needs.
    pub permission: Option<(&'static str, bool)>,
    /// Whether the path names an organization.
    pub in_organization: bool,
}

const ORGANIZATION: &str = "/organization/{organizationId}/";

impl Route {
    /// Whether success changes something.
    pub fn writes(&self) -> bool {
        self.method != Method::Get
    }

    /// Names of the path's parameters in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    fn of_entity(api: Api, entity: &'static Entity, verb: Verb) -> Self {
        let collection = format!("{ORGANIZATION}{}", entity.collection);
        let id = entity.id_parameter();
        let (method, word, tail, status) = match verb {
            Verb::Add => (Method::Post, "add", "/add".to_owned(), 201),
            Verb::Show => (Method::Get, "show", format!("/{{{id}}}/show"), 200),
            Verb::Identify => (Method::Get, "identify", "/{customId}/identify".to_owned(), 200),
            Verb::Index => (Method::Get, "index", "/index/{page}".to_owned(), 200),
            Verb::Filter => (Method::Get, "filter", "/filter/{page}".to_owned(), 200),
            Verb::List => (Method::Get, "list", "/list".to_owned(), 200),
            Verb::IndexAll => (Method::Get, "indexAll", "/indexAll/{page}".to_owned(), 200),
            Verb::FilterAll => (Method::Get, "filterAll", "/filterAll/{page}".to_owned(), 200),
            Verb::ListAll => (Method::Get, "listAll", "/listAll".to_owned(), 200),
            Verb::Edit => (Method::Put, "edit", format!("/{{{id}}}/edit"), 200),
            Verb::Delete => (Method::Delete, "delete", format!("/{{{id}}}/delete"), 200),
        };
        Self {
            api,
            operation: format!("{}_{word}", entity.name),
            method,
            path: format!("{collection}{tail}"),
            entity: Some(entity),
            action: Action::Verb(verb),
            status,
            permission: Some((entity.name, method != Method::Get)),
            in_organization: true,
        }
    }

    fn of_relation(
        api: Api,
        entity: &'static Entity,
        other: &'static Entity,
        relation: &'static Relation,
    ) -> Vec<Self> {
        let mut routes = Vec::new();
        let base = |operation: String, method: Method, path: String, action: Action| Self {
            api,
            operation,
            method,
            path: format!("{ORGANIZATION}{path}"),
            entity: Some(entity),
            action,
            status: 200,
            permission: Some((entity.name, method != Method::Get)),
            in_organization: true,
        };
        let (name, other_name) = (entity.name, other.name);
        if relation.linked && api == Api::App {
            // `customEntity_X_link` stands below X, every other relation below the entity that declares it.
            let custom = name == "customEntity";
            let (above, below) = if custom { (other, entity) } else { (entity, other) };
            let above_path = if above.name == "customEntity" { "customEntity" } else { above.collection };
            let below_id =
                if custom && other_name == name { "customEntityRelatedId".into() } else { below.id_parameter() };
            let path = format!("{above_path}/{{{}}}/{}/{{{below_id}}}", above.id_parameter(), last_part(below));
            let operation = |verb: &str| format!("{name}_{other_name}_{verb}");
            routes.push(base(operation("link"), Method::Link, format!("{path}/link"), Action::Link(relation)));
            routes.push(base(operation("unlink"), Method::Unlink, format!("{path}/unlink"), Action::Unlink(relation)));
        }
        if relation.listed && (api == Api::App || relation.module) {
            let above = if name == "customEntity" && other_name == name { "customEntity" } else { other.collection };
            let path = format!("{above}/{{{}}}/{}", other.id_parameter(), entity.collection);
            let tails: &[(Verb, &str, &str)] = match api {
                Api::App if relation.paged => &[PAGED[0], PAGED[1]],
                Api::App => &[PAGED[0], PAGED[1], (Verb::List, "list", "/list")],
                Api::Module => &[(Verb::List, "list", "/list")],
            };
            for (verb, word, tail) in tails {
                let operation = format!("{name}_{other_name}_{word}");
                routes.push(base(operation, Method::Get, format!("{path}{tail}"), Action::Related(relation, *verb)));
            }
        }
        routes
    }

    fn of_operation(operation: &'static Operation, entities: &[&'static Entity]) -> Self {
        let rooted = operation.path.starts_with('/');
        let path = if rooted { operation.path.to_owned() } else { format!("{ORGANIZATION}{}", operation.path) };
        Self {
            api: operation.api,
            operation: operation.name.to_owned(),
            method: operation.method,
            in_organization: path.contains(ORGANIZATION),
            path,
            entity: entities.iter().copied().find(|entity| entity.name == operation.entity),
            action: Action::Behaviour(operation),
            status: operation.status,
            permission: (!operation.entity.is_empty()).then_some((operation.entity, operation.write)),
        }
    }
}

const PAGED: [(Verb, &str, &str); 2] =
    [(Verb::Index, "index", "/index/{page}"), (Verb::Filter, "filter", "/filter/{page}")];

fn last_part(entity: &Entity) -> &'static str {
    // `customEntity/{customEntityType}` is one place, a nested collection's own name is its last part.
    if entity.collection.ends_with('}') {
        entity.collection
    } else {
        entity.collection.rsplit('/').next().unwrap_or(entity.collection)
    }
}

/// All routes of both APIs, and the way to find one.
#[derive(Debug)]
pub struct Table {
    routes: Vec<Route>,
    roots: HashMap<Api, Node>,
}

/// What a method and a path lead to.
#[derive(Debug, PartialEq)]
pub enum Found<'a> {
    /// The route's place in [`Table::routes`] and the values of its parameters in order, still percent-encoded.
    Route(usize, Vec<&'a str>),
    /// The path exists with these methods only.
    Methods(Vec<&'static str>),
    /// There is no such path.
    Nothing,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    routes: Vec<usize>,
}

impl Table {
    /// The routes of the given entities and hand-written operations; relations to entities that are not given are left out.
    pub fn new(entities: &[&'static Entity], operations: &[&'static [Operation]]) -> Self {
        let mut routes = Vec::new();
        for entity in entities.iter().copied() {
            routes.extend(entity.verbs.iter().map(|verb| Route::of_entity(Api::App, entity, *verb)));
            routes.extend(entity.module_verbs.iter().map(|verb| Route::of_entity(Api::Module, entity, *verb)));
            for relation in entity.relations {
                if let Some(other) = entities.iter().copied().find(|other| other.name == relation.other) {
                    routes.extend(Route::of_relation(Api::App, entity, other, relation));
                    routes.extend(Route::of_relation(Api::Module, entity, other, relation));
                }
            }
        }
        routes.extend(operations.iter().copied().flatten().map(|operation| Route::of_operation(operation, entities)));
        let mut roots: HashMap<Api, Node> =
            HashMap::from([(Api::App, Node::default()), (Api::Module, Node::default())]);
        for (index, route) in routes.iter().enumerate() {
            let mut node = roots.get_mut(&route.api).expect("both APIs were just inserted");
            for part in route.path.split('/').skip(1) {
                node = if part.starts_with('{') {
                    node.parameter.get_or_insert_default()
                } else {
                    node.literals.entry(part.to_owned()).or_default()
                };
            }
            node.routes.push(index);
        }
        Self { routes, roots }
    }

    /// Every route.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Finds the route of a path after the locale, beginning with `/`.
    pub fn find<'a>(&self, api: Api, method: Option<Method>, path: &'a str) -> Found<'a> {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let mut places = Vec::new();
        self.roots[&api].walk(&parts, &mut Vec::new(), &mut places);
        let mut methods = Vec::new();
        for (node, values) in places {
            for index in &node.routes {
                if Some(self.routes[*index].method) == method {
                    return Found::Route(*index, values);
                }
                methods.push(self.routes[*index].method.word());
            }
        }
        methods.sort_unstable();
        methods.dedup();
        if methods.is_empty() { Found::Nothing } else { Found::Methods(methods) }
    }
}

impl Node {
    /// Collects every place the parts lead to; literals come first, so `index/{page}` wins over `{id}/show`.
    fn walk<'n, 'a>(
        &'n self,
        parts: &[&'a str],
        values: &mut Vec<&'a str>,
        places: &mut Vec<(&'n Node, Vec<&'a str>)>,
    ) {
        let Some((part, rest)) = parts.split_first() else {
            if !self.routes.is_empty() {
                places.push((self, values.clone()));
            }
            return;
        };
        if let Some(node) = self.literals.get(*part) {
            node.walk(rest, values, places);
        }
        if let Some(node) = &self.parameter
            && !part.is_empty()
        {
            values.push(part);
            node.walk(rest, values, places);
            values.pop();
        }
    }
}
