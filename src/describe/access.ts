import { rolesWith, type Permission, roles, type Role } from "../auth/permissions.ts";
import type { DescribedOperation } from "./model.ts";

/** The permissions that an operation's routes ask for. */
export function permissionsOf({ routes }: DescribedOperation): Permission[] {
	const asked = routes.flatMap(({ access }) => access).flatMap((one) => ("permission" in one ? [one.permission] : []));
	return [...new Set(asked)];
}

/** The roles of which any may call it; none when every role may; undefined when nobody needs a credential at the door. */
export function rolesOf(operation: DescribedOperation): Role[] | undefined {
	const permissions = permissionsOf(operation);
	if (permissions.length === 0) return undefined;
	const allowed = new Set(permissions.flatMap((permission) => rolesWith(permission)));
	return allowed.size === roles.length ? [] : [...allowed];
}
