/** The customer that each tenant's Carl speaks for in development; the demo makes Acme's. */
export const demoCustomerId = "66f0a1c0d3e4f5a6b7c8d9f000000000";
