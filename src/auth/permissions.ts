export const roles = ["SystemAdministrator", "Administrator", "Manager", "Agent", "Customer"] as const;
export type Role = (typeof roles)[number];

/** The one table: what each role may do. Routes ask for permissions, never for roles. */
const granted = {
	/** Take part in chats, see the tenant's visitor rooms. */
	"chat:use": ["Agent", "Administrator"],
	/** Act in every chat of the tenant. */
	"chat:administer": ["Administrator"],
	/** See how much goes on in the tenant. */
	"activity:read": ["Manager", "Administrator"],
	/** Speak as staff and enumerate an org in the visitor dialect. */
	"visitors:serve": ["Agent", "Manager", "Administrator"],
	/** Work in another tenant than one's own. */
	"tenants:all": ["SystemAdministrator"],
	/** See and keep the people that the tenant knows. */
	"contacts:manage": ["SystemAdministrator", "Administrator", "Manager", "Agent"],
	/** Be connected: see and change the connections of one's own contact. */
	"connections:use": ["SystemAdministrator", "Administrator", "Manager", "Agent", "Customer"],
	/** Act for any contact of the tenant; keep its contact types and connection roles. */
	"connections:administer": ["SystemAdministrator", "Administrator", "Manager"],
	/** Make customer links, and keep those one made oneself. */
	"links:manage": ["SystemAdministrator", "Administrator", "Manager", "Agent"],
	/** See and keep the links that others made. */
	"links:supervise": ["SystemAdministrator", "Administrator", "Manager"],
	/** Say which kinds of resources there are and what their links need. */
	"links:administer": ["SystemAdministrator", "Administrator"],
	/** See customers: a customer only its own and what is below it. */
	"customers:read": ["SystemAdministrator", "Manager", "Customer"],
	/** Keep customers, accounts and tags. */
	"customers:write": ["SystemAdministrator", "Manager"],
	/** Hand out all that is held about somebody, and erase it. */
	"privacy:manage": ["SystemAdministrator", "Administrator"],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof granted;

/** True when one of these roles grants the permission. */
export function allows(held: readonly Role[], permission: Permission): boolean {
	return granted[permission].some((role: Role) => held.includes(role));
}

/** The roles that grant a permission. */
export function rolesWith(permission: Permission): readonly Role[] {
	return granted[permission];
}

/** All that these roles grant. */
export function permissionsOf(held: readonly Role[]): Permission[] {
	return (Object.keys(granted) as Permission[]).filter((permission) => allows(held, permission));
}

/** Narrows a list of claimed roles to those that exist. */
export function knownRoles(claimed: readonly unknown[]): Role[] {
	return roles.filter((role) => claimed.includes(role));
}
