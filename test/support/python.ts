/** A class of Python as the generated files have it: its members as `type = default`, an enum's as the value. */
export type PythonClass = { name: string; bases: string; members: Record<string, string> };

/** The classes of a Python text; whatever else is in it is passed over. */
export function pythonClasses(source: string): PythonClass[] {
	const classes: PythonClass[] = [];
	for (const line of source.split("\n").map((text) => text.trim())) {
		const [, name, bases = ""] = /^class (\w+)(?:\((.*)\))?:$/.exec(line) ?? [];
		if (name) classes.push({ name, bases, members: {} });
		const [, member, declared] = /^(\w+): (.+ = .+)$/.exec(line) ?? /^([A-Z_]+) = ('\w+')$/.exec(line) ?? [];
		const owner = classes.at(-1);
		if (owner && member && declared) owner.members[member] = declared;
	}
	return classes;
}
