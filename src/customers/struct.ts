import * as z from "zod";
import { text } from "../rooms/frames.ts";

/** `Value` of seed 002. */
type Value = {
	boolValue?: boolean | undefined;
	stringValue?: string | undefined;
	numberValue?: number | undefined;
	listValue?: Struct[] | undefined;
	structValue?: Struct | undefined;
};

/** `Struct` of seed 002: values by the customer's own names. */
type Struct = { [name: string]: Value };

const value = z
	.object({
		boolValue: z.boolean().optional(),
		stringValue: text.optional(),
		numberValue: z.number().optional(),
		listValue: z.array(z.lazy(() => struct)).optional(),
		structValue: z.lazy(() => struct).optional(),
	})
	.meta({ dto: "Value" });

/** How deep it may go is said where requests are bound. */
export const struct: z.ZodType<Struct> = z.record(text.max(200), value).meta({ dto: "Struct" });
