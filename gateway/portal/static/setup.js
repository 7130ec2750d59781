"use strict";

SwaggerUIBundle({
  url: "../schema/",
  dom_id: "#docs",
  deepLinking: true,
  // A key that was typed is still there after a reload, until "Logout".
  persistAuthorization: true,
  // The default asks validator.swagger.io; nothing here leaves this server.
  validatorUrl: null,
});
