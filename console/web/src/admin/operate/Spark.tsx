import '@mantine/charts/styles.css';
import { Sparkline } from '@mantine/charts';
import classes from '@/admin/operate/Operate.module.css';

/** A small course of a rate. The number beside it says how it is now. */
export default function Spark({ rates }: { rates: readonly number[] }) {
  return (
    <div className={classes.spark} aria-hidden>
      <Sparkline h={42} data={[...rates]} color="teal.6" curveType="monotone" fillOpacity={0.25} strokeWidth={1.5} />
    </div>
  );
}
