"use strict";

SwaggerUIBundle({
  url: "../schema/",
  dom_id: "#docs",
  deepLinking: true,
  // The default asks validator.swagger.io; nothing here leaves this server.
  validatorUrl: null,
});
