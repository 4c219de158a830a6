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
        int wide = rank * choices.size();
        float[] a = new float[wide * stack.in()];
        float[] b = new float[stack.out() * wide];
        for (int i = 0; i < choices.size(); i++) {
            int sharer = pool.indexOf(choices.get(i).sharer());
            stack.copyA(sharer, a, i * rank * stack.in());
            placeColumns(stack.b(sharer), rank, (float) (choices.get(i).weight() * pool.scale()), b, i * rank, wide);
        }
        return new Factors(wide, stack.in(), stack.out(), a, b);
    }

    /** Puts a weighted matrix with {@code rank} columns into a {@code wide} one, from column {@code at} on. */
    private static void placeColumns(float[] values, int rank, float weight, float[] target, int at, int wide) {
        for (int from = 0, to = at; from < values.length; from += rank, to += wide) {
            for (int column = 0; column < rank; column++) {
                target[to + column] = weight * values[from + column];
            }
        }
    }

    /** A = sum of w_i A_i, B = sum of w_i B_i. */
    private static Factors averaged(PieceStack stack, Pool pool, List<Choice> choices) {
        int rank = stack.rank();
        float[] a = new float[rank * stack.in()];
        float[] b = new float[stack.out() * rank];
        for (Choice choice : choices) {
            int sharer = pool.indexOf(choice.sharer());
            add(a, stack.a(sharer), (float) choice.weight());
            add(b, stack.b(sharer), (float) (choice.weight() * pool.scale()));
        }
        return new Factors(rank, stack.in(), stack.out(), a, b);
    }

    private static void add(float[] sum, float[] values, float weight) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * values[i];
        }
    }
}
