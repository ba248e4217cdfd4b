import * as z from "zod";
import { layersOf } from "./type-table.ts";

type Schema = z.core.$ZodType;
type Json = Record<string, unknown>;
type Side = "input" | "output";

/** What `.meta()` says to the generated types and JSON Schema has no word for. */
const OWN_KEYS = ["dto", "base", "argument"] as const;

/**
 * The schemas of an OpenAPI document, converted together. A type that clients set less of than they read is two schemas of one name: the one
 * that is set has `Input` after it.
 */
export class Components {
	readonly #sides = { input: new SideOfComponents("input"), output: new SideOfComponents("output") };
	readonly #taken = new Set<string>();
	readonly #seen = { input: new Set<Schema>(), output: new Set<Schema>() };

	/** Takes a schema in, and the named ones in it. All must be in before the first is asked for. */
	add(schema: Schema, side: Side): void {
		this.#nameParts(schema, side);
		this.#sides[side].addWhole(schema);
	}

	/** A schema that was added as JSON Schema, by reference where it has a name. */
	schemaOf(schema: Schema, side: Side): Json {
		return this.#sides[side].schemaOf(schema);
	}

	/** All that have a name. */
	named(): Record<string, Json> {
		return { ...this.#sides.output.named(), ...this.#sides.input.named() };
	}

	#nameParts(schema: Schema, side: Side): void {
		const inner = layersOf(schema).at(-1);
		if (!inner || this.#seen[side].has(inner)) return;
		const isOfBoth = this.#seen.input.has(inner) || this.#seen.output.has(inner);
		this.#seen[side].add(inner);
		const name = nameOf(inner);
		// What both sides have is written out on the second, which cannot be done with what holds itself.
		if (name !== undefined && (!isOfBoth || holdsItself(inner))) this.#sides[side].name(inner, this.#free(name, side));
		for (const part of partsOf(inner)) this.#nameParts(part, side);
	}

	#free(name: string, side: Side): string {
		let id = name;
		for (let more = 1; this.#taken.has(id); more++)
			id = `${name}${side === "input" ? "Input" : ""}${more > 1 ? more : ""}`;
		this.#taken.add(id);
		return id;
	}
}

/** What clients send, or what they read. */
class SideOfComponents {
	readonly #side: Side;
	readonly #registry = z.registry<{ id: string }>();
	readonly #ids = new Map<Schema, string>();
	#converted: Record<string, Json> | undefined;

	constructor(side: Side) {
		this.#side = side;
	}

	name(schema: Schema, id: string): void {
		this.#ids.set(schema, id);
		this.#registry.add(schema, { id });
	}

	/** A schema without a name is converted as a copy: the schema itself, had it an id, would be referred to wherever it stands in another. */
	addWhole(schema: Schema): void {
		if (this.#ids.has(schema)) return;
		const id = `~${this.#ids.size}`;
		this.#ids.set(schema, id);
		this.#registry.add((schema as z.ZodType).clone(undefined, { parent: true }), { id });
	}

	schemaOf(schema: Schema): Json {
		const id = this.#ids.get(schema) ?? "";
		return id.startsWith("~") ? (this.#all()[id] ?? {}) : { $ref: reference(id) };
	}

	named(): Record<string, Json> {
		return Object.fromEntries(Object.entries(this.#all()).filter(([id]) => !id.startsWith("~")));
	}

	#all(): Record<string, Json> {
		return (this.#converted ??= this.#convert());
	}

	#convert(): Record<string, Json> {
		const { schemas }: { schemas: Record<string, Json> } = z.toJSONSchema(this.#registry, {
			uri: reference,
			io: this.#side,
			unrepresentable: "any",
			override: ({ jsonSchema }) => tidy(jsonSchema as Json, this.#side),
		});
		for (const schema of Object.values(schemas)) for (const key of ["$schema", "$id", "id"]) delete schema[key];
		return schemas;
	}
}

function reference(id: string): string {
	return `#/components/schemas/${id}`;
}

/**
 * Leaves out what is for us, and the patterns and bounds that a format or a type already say. That an answer has no other members is not
 * promised: later versions add some.
 */
function tidy(schema: Json, side: Side): void {
	if (side === "output" && schema["additionalProperties"] === false) delete schema["additionalProperties"];
	for (const key of OWN_KEYS) delete schema[key];
	if (schema["format"] === "date-time") delete schema["pattern"];
	if (schema["maximum"] === Number.MAX_SAFE_INTEGER) delete schema["maximum"];
	if (schema["minimum"] === Number.MIN_SAFE_INTEGER) delete schema["minimum"];
}

/** `ListResponseOfCustomerInfo` for a generic type. */
function nameOf(schema: Schema): string | undefined {
	const meta = (schema as z.ZodType).meta?.();
	const argument = meta?.["argument"] as Schema | undefined;
	const name = meta?.["dto"] as string | undefined;
	if (name === undefined || !argument) return name;
	return `${name}Of${nameOf(layersOf(argument).at(-1) ?? argument) ?? "Item"}`;
}

/** Whether a schema stands somewhere within itself. */
function holdsItself(schema: Schema): boolean {
	const seen = new Set<Schema>();
	const leadsBack = (part: Schema): boolean => {
		const inner = layersOf(part).at(-1);
		if (inner === schema) return true;
		if (!inner || seen.has(inner)) return false;
		seen.add(inner);
		return partsOf(inner).some(leadsBack);
	};
	return partsOf(schema).some(leadsBack);
}

function partsOf(schema: Schema): Schema[] {
	const { def } = schema._zod;
	switch (def.type) {
		case "object":
			return Object.values((schema as z.core.$ZodObject)._zod.def.shape);
		case "array":
			return [(schema as z.core.$ZodArray)._zod.def.element];
		case "record":
			return [(schema as z.core.$ZodRecord)._zod.def.valueType];
		case "union":
			return [...(schema as z.core.$ZodUnion)._zod.def.options];
		default:
			return [];
	}
}
