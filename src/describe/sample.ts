import { camelCase, pascalCase } from "../wire/formats/names.ts";
import type { Spelling } from "../wire/encode.ts";
import type { Catalog, Member, NamedType, ObjectType, Type } from "./model.ts";

/** How the samples of one family and format are written. */
export type SampleStyle = { spelling: Spelling; dashes: boolean };

const ZERO_GUID = "00000000-0000-0000-0000-000000000000";
/** .NET's first instant, which its samples show for any. */
const FIRST_INSTANT = new Date("0001-01-01T00:00:00Z");

/** Sample values as ServiceStack's metadata pages show them: the name of the type of a text, zeros, one element for each list. */
export class Samples {
	readonly #catalog: Catalog;
	readonly #style: SampleStyle;

	constructor(catalog: Catalog, style: SampleStyle) {
		this.#catalog = catalog;
		this.#style = style;
	}

	/** An object with all of its members; a derived type's own come first. */
	ofObject(object: ObjectType, argument?: Type, within: readonly string[] = []): Record<string, unknown> {
		const inner = [...within, object.name];
		const own = object.members.flatMap((member) => this.#entry(member, argument, inner));
		const base = object.base && this.#catalog.types.get(object.base.name);
		const inherited = base?.kind === "object" ? this.ofObject(base, object.base?.argument, inner) : {};
		return { ...Object.fromEntries(own), ...inherited };
	}

	#entry(member: Member, argument: Type | undefined, within: readonly string[]): [string, unknown][] {
		const value = this.of(member.type, argument, within);
		const spell = this.#style.spelling === "pascal" ? pascalCase : camelCase;
		return value === undefined ? [] : [[spell(member.name), value]];
	}

	/** The sample of a type; undefined where it would contain itself. */
	of(type: Type, argument?: Type, within: readonly string[] = []): unknown {
		switch (type.kind) {
			case "text":
				return "String";
			case "any":
				return {};
			case "guid":
				return this.#style.dashes ? ZERO_GUID : ZERO_GUID.replaceAll("-", "");
			case "instant":
				return FIRST_INSTANT;
			case "integer":
			case "number":
				return 0;
			case "boolean":
				return false;
			case "parameter":
				return argument && this.of(argument, undefined, within);
			case "list":
				return only(this.of(type.of, argument, within), (item) => [item]);
			case "map":
				return only(this.of(type.of, argument, within), (value) => ({ String: value }));
			default:
				return this.#ofNamed(this.#catalog.types.get(type.name), type, within);
		}
	}

	#ofNamed(named: NamedType | undefined, type: Type, within: readonly string[]): unknown {
		if (!named || within.includes(named.name)) return undefined;
		if (named.kind === "enum") return named.values[0];
		if (named.kind === "object")
			return this.ofObject(named, type.kind === "object" ? type.argument : undefined, within);
		return only(this.of(named.of, undefined, [...within, named.name]), (value) => ({ String: value }));
	}
}

function only<T>(value: unknown, wrap: (value: unknown) => T): T | undefined {
	return value === undefined ? undefined : wrap(value);
}
