//! Entities: the table from which routes, validation, forms, search, permissions and the OpenAPI document follow.

use crate::Body;
use crate::field::FieldSpec;
use crate::problem::Problem;

/// The operations that most entities share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// `POST …/add`, 201, answers the short form.
    Add,
    /// `GET …/{id}/show`.
    Show,
    /// `GET …/{customId}/identify`.
    Identify,
    /// `GET …/index/{page}`, own records, 25 a page.
    Index,
    /// `GET …/filter/{page}?searchQuery=`.
    Filter,
    /// `GET …/list`, at most 9 999.
    List,
    /// As `Index`, with all descendants, short forms.
    IndexAll,
    /// As `Filter`, with all descendants, short forms.
    FilterAll,
    /// As `List`, with all descendants, short forms.
    ListAll,
    /// `PUT …/{id}/edit`, partial.
    Edit,
    /// `DELETE …/{id}/delete`.
    Delete,
}

use Verb::{Add, Delete, Edit, Filter, FilterAll, Identify, Index, IndexAll, List, ListAll, Show};

/// Every shared verb.
pub const CRUD_AND_LISTS: &[Verb] =
    &[Add, Show, Identify, Index, Filter, List, IndexAll, FilterAll, ListAll, Edit, Delete];
/// What a catalogue offers that clients only read.
pub const CATALOGUE: &[Verb] = &[Show, Index, Filter, List];
/// Everything that only reads.
pub const READ_ALL: &[Verb] = &[Show, Identify, Index, Filter, List, IndexAll, FilterAll, ListAll];

/// A relation to another entity.
#[derive(Debug, Clone, Copy)]
pub struct Relation {
    /// The other entity's name.
    pub other: &'static str,
    /// Name of the link rows: the entity that the relation was declared on stands left.
    pub link: &'static str,
    /// Offers `LINK`/`UNLINK` on the declaring entity's path.
    pub linked: bool,
    /// Offers `index`, `filter` and `list` of the declaring entity below the other.
    pub listed: bool,
    /// Offers `list` in the Module API too.
    pub module: bool,
    /// The lists are `index` and `filter` only.
    pub paged: bool,
    /// The declaring entity stands right in the link rows (it was declared on the other side already).
    pub reversed: bool,
}

/// `LINK`/`UNLINK` with the other entity; `link` names the rows.
pub const fn linked(other: &'static str, link: &'static str) -> Relation {
    Relation { other, link, linked: true, listed: false, module: false, paged: false, reversed: false }
}

/// `index`, `filter`, `list` below the other entity.
pub const fn listed(other: &'static str, link: &'static str) -> Relation {
    Relation { other, link, linked: false, listed: true, module: false, paged: false, reversed: false }
}

impl Relation {
    /// Offers the lists as well.
    pub const fn and_listed(mut self) -> Self {
        self.listed = true;
        self
    }

    /// Offers no `list`: that is a hand-written operation.
    pub const fn paged(mut self) -> Self {
        self.paged = true;
        self
    }

    /// Offers `list` in the Module API too.
    pub const fn in_module(mut self) -> Self {
        self.module = true;
        self
    }

    /// The link rows were declared by the other entity: there this one stands right.
    pub const fn reversed(mut self) -> Self {
        self.reversed = true;
        self
    }
}

/// A check over the whole body after its fields were checked one by one.
pub type Check = fn(&Body, &mut Vec<Problem>);

/// What an entity is.
#[derive(Debug, Clone, Copy)]
pub struct Entity {
    /// Name on the wire, `customerGroup`.
    pub name: &'static str,
    /// Prefix of its ids.
    pub prefix: &'static str,
    /// Path of its collection, usually its name; parameters in braces are kept in the fields of that name.
    pub collection: &'static str,
    /// Fields besides the common ones, in the order they are answered.
    pub fields: &'static [&'static FieldSpec],
    /// Fields of the short form, besides `class`, `id`, `customId` and `organizationId`.
    pub short: &'static [&'static FieldSpec],
    /// Shared verbs in the App API.
    pub verbs: &'static [Verb],
    /// Shared verbs in the Module API.
    pub module_verbs: &'static [Verb],
    /// Relations to other entities.
    pub relations: &'static [Relation],
    /// Whether records carry `additionalData`.
    pub additional_data: bool,
    /// The field by which lists are ordered; newest first without one.
    pub order: Option<&'static FieldSpec>,
    /// Check over the whole body.
    pub check: Option<Check>,
}

/// Starts the table of an entity.
pub const fn entity(name: &'static str, prefix: &'static str) -> Entity {
    Entity {
        name,
        prefix,
        collection: name,
        fields: &[],
        short: &[],
        verbs: &[],
        module_verbs: &[],
        relations: &[],
        additional_data: true,
        order: None,
        check: None,
    }
}

impl Entity {
    /// Path of the collection when it is not the name.
    pub const fn at(mut self, collection: &'static str) -> Self {
        self.collection = collection;
        self
    }

    /// Fields besides the common ones.
    pub const fn fields(mut self, fields: &'static [&'static FieldSpec]) -> Self {
        self.fields = fields;
        self
    }

    /// Fields of the short form besides the common ones.
    pub const fn short(mut self, fields: &'static [&'static FieldSpec]) -> Self {
        self.short = fields;
        self
    }

    /// Shared verbs in the App API.
    pub const fn verbs(mut self, verbs: &'static [Verb]) -> Self {
        self.verbs = verbs;
        self
    }

    /// Shared verbs in the Module API.
    pub const fn module_verbs(mut self, verbs: &'static [Verb]) -> Self {
        self.module_verbs = verbs;
        self
    }

    /// Relations to other entities.
    pub const fn relations(mut self, relations: &'static [Relation]) -> Self {
        self.relations = relations;
        self
    }

    /// Records carry no `additionalData`.
    pub const fn without_additional_data(mut self) -> Self {
        self.additional_data = false;
        self
    }

    /// Lists are ordered by this field instead of newest first.
    pub const fn ordered_by(mut self, field: &'static FieldSpec) -> Self {
        self.order = Some(field);
        self
    }

    /// A check over the whole body.
    pub const fn check(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// `CUSTOMER_GROUP`: the `class` of the full form.
    pub fn class(&self) -> String {
        upper_snake(self.name)
    }

    /// `CUSTOMER_GROUP_SHORT`: the `class` of the short form.
    pub fn short_class(&self) -> String {
        format!("{}_SHORT", self.class())
    }

    /// `customerGroupId`: the path parameter that names a record.
    pub fn id_parameter(&self) -> String {
        format!("{}Id", self.name)
    }

    /// The parameters in the collection's path and the fields that hold them.
    pub fn scope(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.collection.split('/').filter_map(|part| {
            let parameter = part.strip_prefix('{')?.strip_suffix('}')?;
            // A custom entity's type stands in its path under a longer name.
            Some((parameter, if parameter == "customEntityType" { "type" } else { parameter }))
        })
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().copied().find(|field| field.name == name)
    }
}

fn upper_snake(name: &str) -> String {
    let mut class = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            class.push('_');
        }
        class.push(letter.to_ascii_uppercase());
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_entity() {
        let group = entity("customerGroup", "7b");
        assert_eq!(group.class(), "CUSTOMER_GROUP");
        assert_eq!(group.short_class(), "CUSTOMER_GROUP_SHORT");
        assert_eq!(group.id_parameter(), "customerGroupId");
        let step = entity("step", "b8").at("template/{templateId}/step");
        assert_eq!(step.scope().collect::<Vec<_>>(), [("templateId", "templateId")]);
    }
}
