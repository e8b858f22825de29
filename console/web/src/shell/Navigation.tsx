import { NavLink } from 'react-router';
import { useMe } from '@/session/session';
import { SECTIONS, type Section } from '@/shell/page';
import { PAGES } from '@/shell/pages';
import classes from '@/shell/Shell.module.css';
import { t } from '@/texts/common';

/** The pages that stand in the navigation for a role. */
export function entriesFor(role: string) {
  return PAGES.flatMap(page =>
    page.entry && page.roles.some(one => one === role) ? [{ ...page.entry, path: page.path }] : [],
  );
}

export function Navigation({ onChoose }: { onChoose?: () => void }) {
  const entries = entriesFor(useMe().user.role);
  const sections = [...new Set(entries.map(entry => entry.section))];
  return (
    <nav aria-label={t.shell.navigation}>
      {sections.map(section => (
        <Entries key={section} section={section} entries={entries} titled={sections.length > 1} onChoose={onChoose} />
      ))}
    </nav>
  );
}

interface EntriesProps {
  section: Section;
  entries: ReturnType<typeof entriesFor>;
  titled: boolean;
  onChoose: (() => void) | undefined;
}

function Entries({ section, entries, titled, onChoose }: EntriesProps) {
  return (
    <div>
      {titled && <div className={classes.section}>{SECTIONS[section]}</div>}
      {entries
        .filter(entry => entry.section === section)
        .map(({ path, label, icon: Icon }) => (
          <NavLink key={path} to={path} className={classes.link ?? ''} onClick={onChoose}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {label}
          </NavLink>
        ))}
    </div>
  );
}
