import { csharp } from "./types/csharp.ts";
import type { Language } from "./types/language.ts";
import { python } from "./types/python.ts";
import { typescript, typescriptDeclarations } from "./types/typescript.ts";

/** The languages that types are written in, by their names in `/types/…` and `?lang=`. */
export const languages: Readonly<Record<string, Language>> = {
	csharp,
	typescript,
	"typescript.d": typescriptDeclarations,
	python,
};
