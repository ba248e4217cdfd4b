/** The spellings of one member name on the wire and in generated code (section 3 of the ServiceStack reference). */

import { isObject } from "./tree.ts";

/** `ChatId` -> `chatId`, `URLName` -> `urlName`, `UID` -> `uid`: lowers the first letter and every capital before another one or the end. */
export function camelCase(name: string): string {
	return name.replace(/^[A-Z](?:[A-Z](?=[A-Z]|$))*/, (capitals) => capitals.toLowerCase());
}

/** `chatId` -> `ChatId`. Leading abbreviations do not come back: `uid` is `Uid`, so such a member is declared by its Pascal name. */
export function pascalCase(name: string): string {
	return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `CustomerLinkUID` -> `customer_link_u_i_d`: an underscore before every capital, as the Python DTOs have it. */
export function snakeCase(name: string): string {
	return name.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
}

/** `ResourceUid` -> `Resource Uid`, `IsBYOA` -> `Is BYOA`: a name as the texts of errors show it. */
export function words(name: string): string {
	return name.replace(/(?<=[^A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^A-Z])/g, " ");
}

/** A copy whose members are renamed at every depth; every other value is the same one. */
export function renameKeys(value: unknown, rename: (name: string) => string): unknown {
	if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [rename(name), renameKeys(member, rename)]));
}
