import * as z from "zod";
import { successStatus } from "../http/response-status.ts";
import { guid } from "../rooms/frames.ts";
import { name } from "./schema.ts";

export const termBody = z.object({ name });

const id = z.string().meta({ format: "guid" });
const responseStatus = successStatus;

export const contactTypePath = z.object({ ContactTypeId: guid });
export const rolePath = z.object({ RoleId: guid });

const contactType = z.object({ contactTypeId: id, name: z.string() }).meta({ dto: "ContactType" });
const role = z.object({ roleId: id, name: z.string() }).meta({ dto: "ConnectionRole" });

export const contactTypeResponse = z.object({ contactType, responseStatus }).meta({ dto: "ContactTypeResponse" });
export const contactTypesResponse = z
	.object({ contactTypes: z.array(contactType), responseStatus })
	.meta({ dto: "ContactTypesResponse" });
export const roleResponse = z.object({ connectionRole: role, responseStatus }).meta({ dto: "ConnectionRoleResponse" });
export const rolesResponse = z
	.object({ connectionRoles: z.array(role), responseStatus })
	.meta({ dto: "ConnectionRolesResponse" });
