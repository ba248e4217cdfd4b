import * as z from "zod";

/** The ResponseStatus of a success in the family that writes its nulls: null, or that there was nothing to change. */
export const successStatus = z
	.object({ message: z.string(), meta: z.record(z.string(), z.string()) })
	.meta({ dto: "ResponseStatus" })
	.nullable();

export type SuccessStatus = z.infer<typeof successStatus>;
