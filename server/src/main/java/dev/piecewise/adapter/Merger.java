package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes a plan and its pool into an adapter. Per-Pcs describes the sum of the pieces' updates, its authors' code averages the two factors separately, and these are not
 * the same (cross terms w_i w_j B_i A_j): {@link Merge#PRODUCT} is the exact sum, by stacking the chosen pieces into one pair of rank k r; {@link Merge#FACTOR} is the
 * authors' average, of rank r.
 */
public final class Merger {
    private Merger() {}

    /** The plan must be for this pool. The pool's scale goes into the result once, as part of B. */
    public static LoraAdapter merge(Plan plan, Pool pool, Merge merge) {
        Plans.requireFits(plan, pool);
        SortedMap<Site, Factors> sites = new TreeMap<>();
        plan.sites().forEach((site, choices) -> {
            PieceStack stack = pool.stack(site);
            sites.put(
                    site,
                    switch (merge) {
                        case PRODUCT -> stacked(stack, pool, choices);
                        case FACTOR -> averaged(stack, pool, choices);
                    });
        });
        return new LoraAdapter(Fingerprints.merged(plan, merge), sites);
    }

    /** A = [A_1; A_2; ...], B = [w_1 B_1, w_2 B_2, ...]. */
    private static Factors stacked(PieceStack stack, Pool pool, List<Choice> choices) {
        int rank = stack.rank();
        int in = stack.in();
        int wide = rank * choices.size();
        float[] a = new float[wide * in];
        float[] b = new float[stack.out() * wide];
        for (int i = 0; i < choices.size(); i++) {
            int sharer = pool.indexOf(choices.get(i).sharer());
            System.arraycopy(stack.a(), sharer * rank * in, a, i * rank * in, rank * in);
            float weight = (float) (choices.get(i).weight() * pool.scale());
            int from = sharer * stack.out() * rank;
            for (int row = 0; row < stack.out(); row++) {
                for (int column = 0; column < rank; column++) {
                    b[row * wide + i * rank + column] = weight * stack.b()[from + row * rank + column];
                }
            }
        }
        return new Factors(wide, in, stack.out(), a, b);
    }

    /** A = sum of w_i A_i, B = sum of w_i B_i. */
    private static Factors averaged(PieceStack stack, Pool pool, List<Choice> choices) {
        int rank = stack.rank();
        float[] a = new float[rank * stack.in()];
        float[] b = new float[stack.out() * rank];
        for (Choice choice : choices) {
            int sharer = pool.indexOf(choice.sharer());
            add(a, stack.a(), sharer * a.length, (float) choice.weight());
            add(b, stack.b(), sharer * b.length, (float) (choice.weight() * pool.scale()));
        }
        return new Factors(rank, stack.in(), stack.out(), a, b);
    }

    private static void add(float[] sum, float[] values, int from, float weight) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * values[from + i];
        }
    }
}
