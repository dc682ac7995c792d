// Shows the document of this page with Swagger UI. Nothing is loaded from elsewhere.
"use strict";

// LINK and UNLINK: OpenAPI 3.1 has no place for them, so the document keeps them in an extension. The viewer knows the
// same thing from OpenAPI 3.2; only what it is given is changed, not what is downloaded. It also wants the parameters of
// a path with each operation.
const forViewer = (document) => {
  document.openapi = "3.2.0";
  const named = (parameter) => document.components.parameters[parameter.$ref.split("/").pop()];
  for (const item of Object.values(document.paths)) {
    const { parameters, "x-additionalOperations": more = {}, ...operations } = item;
    for (const operation of [...Object.values(operations), ...Object.values(more)]) {
      operation.parameters = [...parameters, ...(operation.parameters || [])].map(named);
    }
    delete item.parameters;
    delete item["x-additionalOperations"];
    item.additionalOperations = more;
  }
  return document;
};

// The page may be open under another name than the configured one; requests go where it came from.
const here = (document) => {
  document.servers = [{ url: location.origin, description: "This installation" }];
  const schemes = document.components.securitySchemes;
  schemes.clientCredentials.flows.clientCredentials.tokenUrl = `${location.origin}/oauth/token`;
  return document;
};

// With an organization the token endpoint answers an access token at once.
const forOrganization = (request) => {
  const organization = document.getElementById("organization").value.trim();
  if (organization && request.url === `${location.origin}/oauth/token`) {
    request.body = `${request.body || ""}&organization_id=${encodeURIComponent(organization)}`;
  }
  return request;
};

const start = async () => {
  const place = document.getElementById("reference");
  try {
    const answer = await fetch(place.dataset.document);
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    const spec = here(forViewer(await answer.json()));
    SwaggerUIBundle({
      spec,
      dom_id: "#reference",
      deepLinking: true,
      docExpansion: "none",
      defaultModelsExpandDepth: 0,
      defaultModelExpandDepth: 2,
      displayRequestDuration: true,
      filter: true,
      persistAuthorization: false,
      requestInterceptor: forOrganization,
      showExtensions: false,
      supportedSubmitMethods: ["get", "post", "put", "delete", "LINK", "UNLINK", "link", "unlink"],
      validatorUrl: null,
    });
  } catch (error) {
    place.replaceChildren(Object.assign(document.createElement("p"), {
      className: "waiting",
      textContent: `The reference could not be loaded (${error.message}). Load the page again.`,
    }));
  }
};

start();
