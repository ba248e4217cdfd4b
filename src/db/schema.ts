/**
 * D1, a page per subject. The tenant comes first in every key and index, but for what is found without one: who says which tenant a caller
 * belongs to (`tenant`, `api_key`, `org`, the secrets of a link), and what is swept over all tenants. Times are milliseconds since 1970.
 */
export * from "./schema/chats.ts";
export * from "./schema/delivery.ts";
export * from "./schema/directory.ts";
export * from "./schema/links.ts";
export * from "./schema/people.ts";
export * from "./schema/privacy.ts";
export * from "./schema/tenants.ts";
