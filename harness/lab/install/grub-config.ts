/** An entry of GRUB's menu. */
export interface MenuEntry {
  /** As `grub-reboot` and GRUB_DEFAULT name it, with the submenus that lead to it. */
  readonly path: string;
  readonly text: string;
  /** The release of the kernel that it boots, if it boots one. */
  readonly release?: string;
  readonly isRecovery: boolean;
}

const opening = /^(\s*)(menuentry|submenu)\s.*?(?:--id|\$menuentry_id_option)\s+(?:'([^']*)'|"([^"]*)"|(\S+)).*\{\s*$/;

/** The entries of grub.cfg that have an id, in their order. */
export function menuEntries(config: string): readonly MenuEntry[] {
  const entries: MenuEntry[] = [];
  const submenus: { readonly indent: string; readonly id: string }[] = [];
  const lines = config.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const open = opening.exec(line);
    if (open === null) {
      if (/^\s*\}\s*$/.test(line) && submenus.at(-1)?.indent === /^\s*/.exec(line)?.[0]) submenus.pop();
      continue;
    }
    const [, indent = '', kind, ...ids] = open;
    const id = ids.find((each) => each !== undefined) ?? '';
    if (kind === 'submenu') {
      submenus.push({ indent, id });
      continue;
    }
    const end = lines.findIndex((each, index) => index > at && each === `${indent}}`);
    const text = lines.slice(at, end + 1).join('\n');
    const release = /^\s*linux\S*\s+\S*vmlinuz-(\S+)/m.exec(text)?.[1];
    entries.push({
      path: [...submenus.map((menu) => menu.id), id].join('>'),
      text,
      ...(release !== undefined && { release }),
      isRecovery: /recovery/.test(id),
    });
    at = end;
  }
  return entries;
}

/** The entry of a kernel that leads nowhere else: the one below a submenu, whose id has the release, if there is one. */
export function entryOf(config: string, release: string): MenuEntry | undefined {
  const all = menuEntries(config).filter((entry) => entry.release === release && !entry.isRecovery);
  return all.find(({ path }) => path.includes(release)) ?? all[0];
}

/** What GRUB boots when nobody chooses: the last word of the header counts, which is for no boot that is once only. */
export function defaultOf(config: string): string | undefined {
  return [...config.matchAll(/^\s*set default="([^"$]*)"$/gm)].map(([, path]) => path).at(-1);
}

export const onceId = 'flash-lab-once';

/**
 * On the command line of the new kernel alone: whatever stops it has the machine boot again, and then it is the
 * old kernel's turn.
 */
const onceWords = ['flash-lab=once', 'panic=10', 'oops=panic', 'softlockup_panic=1', 'hung_task_panic=1'] as const;

const [begin, end] = ['# flash-lab: begin', '# flash-lab: end'];

/** The entry that boots the new kernel once, in custom.cfg. */
export function withOnceEntry(custom: string, entry: MenuEntry): string {
  const lines = entry.text
    .split('\n')
    .map((line, index) => {
      if (index === 0) return `menuentry 'FLASH, once' --id ${onceId} {`;
      return /^\s*linux\S*\s/.test(line) ? `${line} ${onceWords.join(' ')}` : line;
    })
    .join('\n')
    .replace(/\s*\}\s*$/, '\n}');
  return `${withoutOnceEntry(custom)}${begin}\n${lines}\n${end}\n`;
}

export function withoutOnceEntry(custom: string): string {
  const at = custom.indexOf(begin);
  const until = custom.indexOf(end);
  return at < 0 || until < 0 ? custom : custom.slice(0, at) + custom.slice(until + end.length + 1);
}
