package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.checkpoint.TinyModel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class MergerTest {
    private static final Site SITE = new Site(0, Projection.Q);

    /** The worked example of Per-Pcs: three pieces of rank 1, of which the first and the third are chosen. */
    private static final PieceStack EXAMPLE = new PieceStack(
            3,
            1,
            4,
            4,
            new float[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0},
            new float[] {1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0},
            new float[12]);

    private static final Plan PLAN = plan(List.of(new Choice("s0", 0.5997520), new Choice("s2", 0.4002480)));
    private static final float[] TOKEN = {1, 2, 3, 4};

    @Test
    void averagesTheFactorsAsTheAuthorsDo() {
        Factors merged = Merger.merge(PLAN, pool(EXAMPLE, 1), Merge.FACTOR).factors(SITE);
        assertThat(merged.rank()).isEqualTo(1);
        assertThat(merged.a()).containsExactly(new float[] {0.599752f, 0, 0.400248f, 0}, within(1e-6f));
        assertThat(merged.b()).containsExactly(new float[] {0.599752f, 0, 1.200744f, 0}, within(1e-6f));
        assertThat(apply(merged, TOKEN)).containsExactly(new float[] {1.079851f, 0, 2.161934f, 0}, within(2e-6f));
    }

    @Test
    void sumsTheProductsExactly() {
        Factors merged = Merger.merge(PLAN, pool(EXAMPLE, 1), Merge.PRODUCT).factors(SITE);
        assertThat(merged.rank()).isEqualTo(2);
        assertThat(merged.a()).containsExactly(1, 0, 0, 0, 0, 0, 1, 0);
        assertThat(apply(merged, TOKEN)).containsExactly(new float[] {0.599752f, 0, 3.602232f, 0}, within(2e-6f));
    }

    @Test
    void appliesThePoolsScaleOnce() {
        for (Merge merge : Merge.values()) {
            float[] plain = apply(Merger.merge(PLAN, pool(EXAMPLE, 1), merge).factors(SITE), TOKEN);
            float[] doubled = apply(Merger.merge(PLAN, pool(EXAMPLE, 2), merge).factors(SITE), TOKEN);
            assertThat(doubled).containsExactly(new float[] {2 * plain[0], 0, 2 * plain[2], 0}, within(1e-6f));
        }
    }

    @Test
    void agreesWithTheSumOfEveryPieceOnItsOwn() {
        PieceStack stack = random(4, 3, 6, 5);
        List<Choice> choices = List.of(new Choice("s3", 0.5), new Choice("s0", 0.25), new Choice("s1", 0.25));
        float[] x = TinyModel.randomValues(new Random(9), 6);
        Factors product =
                Merger.merge(plan(choices), pool(stack, 1.5), Merge.PRODUCT).factors(SITE);
        float[] expected = new float[5];
        for (Choice choice : choices) {
            Plan single = plan(List.of(new Choice(choice.sharer(), 1)));
            float[] part =
                    apply(Merger.merge(single, pool(stack, 1.5), Merge.FACTOR).factors(SITE), x);
            for (int i = 0; i < 5; i++) {
                expected[i] += (float) choice.weight() * part[i];
            }
        }
        assertThat(apply(product, x)).containsExactly(expected, within(1e-6f));
    }

    @Test
    void mergesBothWaysAlikeWhenAllSharersHaveTheSameA() {
        PieceStack stack = random(3, 2, 6, 5);
        for (int i = 12; i < stack.a().length; i++) {
            stack.a()[i] = stack.a()[i - 12];
        }
        Plan plan = plan(List.of(new Choice("s0", 0.6), new Choice("s1", 0.3), new Choice("s2", 0.1)));
        float[] x = TinyModel.randomValues(new Random(9), 6);
        assertThat(apply(Merger.merge(plan, pool(stack, 1), Merge.FACTOR).factors(SITE), x))
                .containsExactly(
                        apply(Merger.merge(plan, pool(stack, 1), Merge.PRODUCT).factors(SITE), x), within(1e-6f));
    }

    @Test
    void namesAnAdapterByPoolPlanAndWayOfMerging() {
        Pool pool = pool(EXAMPLE, 1);
        String fingerprint = Merger.merge(PLAN, pool, Merge.PRODUCT).fingerprint();
        assertThat(Merger.merge(PLAN, pool, Merge.FACTOR).fingerprint()).isNotEqualTo(fingerprint);
        Plan other = plan(List.of(new Choice("s0", 0.5997521), new Choice("s2", 0.4002479)));
        assertThat(Merger.merge(other, pool, Merge.PRODUCT).fingerprint()).isNotEqualTo(fingerprint);
        Plan later = new Plan("base", "pool", Merge.FACTOR, 7, PLAN.sites(), 99, Instant.EPOCH.plusSeconds(1));
        assertThat(Merger.merge(later, pool, Merge.PRODUCT).fingerprint()).isEqualTo(fingerprint);
        assertThat(Plans.resident(PLAN, pool).fingerprint()).isEqualTo(fingerprint);
    }

    @Test
    void gainsAreTheWeightsInTheOrderOfTheSharers() {
        assertThat(Plans.resident(PLAN, pool(EXAMPLE, 2)).gains())
                .containsOnlyKeys(SITE)
                .hasEntrySatisfying(SITE, gain -> assertThat(gain).containsExactly(0.599752f, 0, 0.400248f));
    }

    @Test
    void refusesAPlanOfAnotherPool() {
        Pool pool = pool(EXAMPLE, 1);
        assertRefused(
                new Plan("base", "old", Merge.PRODUCT, 1, PLAN.sites(), 1, Instant.EPOCH),
                "is for pool old, not for pool");
        assertRefused(new Plan("b", "pool", Merge.PRODUCT, 1, PLAN.sites(), 1, Instant.EPOCH), "is for base model b");
        assertRefused(plan(List.of(new Choice("gone", 1))), "has sharer \"gone\", whom the pool does not have");
        Plan elsewhere = new Plan(
                "base",
                "pool",
                Merge.PRODUCT,
                1,
                new TreeMap<>(Map.of(new Site(5, Projection.Q), List.of(new Choice("s0", 1)))),
                1,
                Instant.EPOCH);
        assertRefused(elsewhere, "has site layers.5.self_attn.q_proj, which the pool does not have");
        assertThat(pool.sharers()).hasSize(3);
    }

    private static void assertRefused(Plan plan, String reason) {
        assertThatThrownBy(() -> Merger.merge(plan, pool(EXAMPLE, 1), Merge.PRODUCT))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(reason);
    }

    private static PieceStack random(int sharers, int rank, int in, int out) {
        Random random = new Random(4);
        return new PieceStack(
                sharers,
                rank,
                in,
                out,
                TinyModel.randomValues(random, sharers, rank, in),
                TinyModel.randomValues(random, sharers, out, rank),
                new float[sharers * in]);
    }

    private static Plan plan(List<Choice> choices) {
        return new Plan("base", "pool", Merge.PRODUCT, 2, new TreeMap<>(Map.of(SITE, choices)), 2, Instant.EPOCH);
    }

    private static Pool pool(PieceStack stack, double scale) {
        List<Pool.Sharer> sharers = java.util.stream.IntStream.range(0, stack.sharers())
                .mapToObj(i -> new Pool.Sharer("s" + i, 0))
                .toList();
        return new Pool(
                "pool",
                "base",
                stack.rank(),
                scale,
                Merge.PRODUCT,
                Keys.GATES,
                sharers,
                new TreeMap<>(Map.of(SITE, stack)));
    }

    /** B (A x). */
    private static float[] apply(Factors factors, float[] x) {
        float[] y = new float[factors.out()];
        for (int r = 0; r < factors.rank(); r++) {
            float inner = 0;
            for (int i = 0; i < factors.in(); i++) {
                inner += factors.a()[r * factors.in() + i] * x[i];
            }
            for (int o = 0; o < factors.out(); o++) {
                y[o] += factors.b()[o * factors.rank() + r] * inner;
            }
        }
        return y;
    }
}
