/** The customer that each tenant's Carl speaks for in development; the demo makes Acme's. */
export const demoCustomerId = "66f0a1c0d3e4f5a6b7c8d9f000000000";

/** The workspace of Acme whose visitors anybody may be; its staff need no credential in the visitor dialect. */
export const demoOrgId = "DOWELL12345";
