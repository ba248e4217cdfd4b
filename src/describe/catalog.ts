import type * as z from "zod";
import type { DescribedRoute, Operation } from "../http/operation.ts";
import { familyOf } from "../wire/family.ts";
import type { Catalog, DescribedOperation, Member, ObjectType, OperationRoute, TypeReference } from "./model.ts";
import { responseStatus } from "../http/response-status.ts";
import { layersOf, TypeTable } from "./type-table.ts";

type OwnRoute = DescribedRoute & { operation: Operation };

/** A body's members come before those of the path and the query. */
const INPUT_ORDER = ["json", "form", "param", "query"];

/** Folds routes into operations and the types they speak. Answers are read first: of a type that both sides have, theirs is the fuller. */
export function catalogOf(routes: readonly DescribedRoute[]): Catalog {
	const table = new TypeTable();
	table.typeOf(responseStatus, "ResponseStatus");
	const own = routes.filter((route): route is OwnRoute => route.operation !== undefined);
	const byName = Map.groupBy(own, (route) => route.operation.name);
	const answers = new Map(Array.from(byName.values(), (of) => [of, answerOf(of, table)] as const));
	const operations = Array.from(byName, ([name, of]) => operationOf(name, of, answers.get(of), table));
	operations.sort((a, b) => (a.name < b.name ? -1 : 1));
	return { operations, types: table.types };
}

/** The type of an answer; in the families that have it, with the ResponseStatus that their clients look for. */
function answerOf([route]: readonly OwnRoute[], table: TypeTable): TypeReference | undefined {
	if (!route?.operation.answer) return undefined;
	const type = table.typeOf(route.operation.answer, `${route.operation.name}Response`);
	if (type.kind !== "object") return undefined;
	const named = table.types.get(type.name);
	const hasOne = named?.kind !== "object" || named.members.some(({ name }) => name === "responseStatus");
	if (familyOf(route.path).hasStatus && !hasOne) named.members.unshift(statusMember(table));
	return type;
}

function statusMember(table: TypeTable): Member {
	return {
		name: "responseStatus",
		type: table.typeOf(responseStatus, "ResponseStatus"),
		isRequired: false,
		isOptional: true,
		description: undefined,
	};
}

function operationOf(
	name: string,
	own: readonly OwnRoute[],
	answer: TypeReference | undefined,
	table: TypeTable,
): DescribedOperation {
	const [first] = own as [OwnRoute, ...OwnRoute[]];
	const routes = routesOf(own);
	const methods = routes.flatMap((route) => route.methods);
	const [only, ...others] = [...new Set(methods)];
	return {
		name,
		summary: first.operation.summary,
		family: familyOf(first.path),
		routes,
		request: requestOf(name, own, table),
		answer,
		table: first.operation.table,
		method: only && others.length === 0 ? only : "POST",
	};
}

/** One line for each path, those with the most variables first. */
function routesOf(own: readonly OwnRoute[]): OperationRoute[] {
	const byPath = Map.groupBy(own, ({ path }) => path);
	const routes = Array.from(byPath, ([path, of]) => ({
		path: templateOf(path),
		methods: of.map(({ method }) => method),
		access: of.flatMap(({ access }) => access ?? []),
	}));
	return routes.sort((a, b) => b.path.split("{").length - a.path.split("{").length);
}

/** `/v1/Chat/:ChatId` as `/v1/Chat/{ChatId}`. */
export function templateOf(path: string): string {
	return path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}");
}

/** The request of an operation: what all of its routes take together. What only some of them need, none of its clients must set. */
function requestOf(name: string, own: readonly OwnRoute[], table: TypeTable): ObjectType {
	const perRoute = own.map((route) => membersOfRoute(route, name, table));
	const members = new Map<string, Member>();
	const inOrder = perRoute.flat().sort((a, b) => INPUT_ORDER.indexOf(a.target) - INPUT_ORDER.indexOf(b.target));
	for (const { target: _, ...member } of inOrder) if (!members.has(member.name)) members.set(member.name, member);
	for (const [key, member] of members) {
		const uses = perRoute.map((of) => of.filter((one) => one.name === key));
		const hasDefault = uses.flat().some((use) => !use.isRequired && !use.isOptional);
		member.isRequired = uses.every((of) => of.some(({ isRequired }) => isRequired));
		member.isOptional = !member.isRequired && !hasDefault;
		member.description ??= uses.flat().find(({ description }) => description)?.description;
	}
	const schemas = own.flatMap(({ inputs }) => inputs.map(({ schema }) => schema));
	const base = schemas.map((schema) => table.baseTypeOf(schema)).find((type) => type !== undefined);
	return {
		kind: "object",
		name,
		description: own[0]?.operation.summary,
		members: [...members.values()],
		base,
		isGeneric: false,
	};
}

type PlacedMember = Member & { target: DescribedRoute["inputs"][number]["target"] };

function membersOfRoute({ inputs }: DescribedRoute, owner: string, table: TypeTable): PlacedMember[] {
	return inputs.flatMap(({ target, schema }) => {
		const object = objectOf(schema);
		return object ? table.membersOf(object, owner).map((member) => ({ ...member, target })) : [];
	});
}

/** The object that a schema is, if it is one. */
export function objectOf(schema: z.core.$ZodType): z.core.$ZodObject | undefined {
	const inner = layersOf(schema).at(-1);
	return inner?._zod.def.type === "object" ? (inner as z.core.$ZodObject) : undefined;
}
