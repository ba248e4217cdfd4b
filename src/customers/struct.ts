import * as z from "zod";

/**
 * `Struct` of seed 002 as callers send it: values by the customer's own names. What lies deeper in a value is kept as it comes: to check it is to
 * recurse as deep as the caller likes.
 */
const inner = z.record(z.string(), z.unknown());

const scalars = {
	boolValue: z.boolean().optional(),
	stringValue: z.string().optional(),
	numberValue: z.number().optional(),
};

const value = z
	.object({ ...scalars, listValue: z.array(inner).optional(), structValue: inner.optional() })
	.meta({ dto: "Value" });

export const struct = z.record(z.string().max(200), value).meta({ dto: "Struct" });
type Struct = z.infer<typeof struct>;

const valueInfo = z
	.object({
		...scalars,
		listValue: z.lazy(() => z.array(structInfo)).optional(),
		structValue: z.lazy(() => structInfo).optional(),
	})
	.meta({ dto: "Value" });

/** The same as it is answered, with all that the type says. */
export const structInfo: z.ZodType<Struct> = z.record(z.string(), valueInfo).meta({ dto: "Struct" });
