import { Fragment, type ReactNode } from 'react';
import classes from '@/admin/operate/Operate.module.css';

export type Fact = readonly [name: string, value: ReactNode];

/** Names and values, those left out that have none. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== '' && value !== null && value !== undefined)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
