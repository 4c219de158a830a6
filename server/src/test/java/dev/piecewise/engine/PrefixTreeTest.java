package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrefixTreeTest {
    private final PrefixTree tree = new PrefixTree();

    @Test
    void theLongestBeginningIsFoundWhereverItEnds() {
        Extent one = add("a", 1, 2, 3, 4);
        Extent two = add("a", 1, 2, 5, 6, 7);
        add("b", 1, 2, 5, 6, 7, 8, 9);

        assertThat(longest("a", 1, 2, 3, 9)).isEqualTo(new PrefixTree.Found(one, 3));
        assertThat(longest("a", 1, 2, 5, 6, 7, 8)).isEqualTo(new PrefixTree.Found(two, 5));
        assertThat(longest("a", 1, 2).common()).isEqualTo(2);
        assertThat(longest("a", 2, 1)).isEqualTo(new PrefixTree.Found(null, 0));
        assertThat(longest("c", 1, 2)).isEqualTo(new PrefixTree.Found(null, 0));
    }

    @Test
    void anExtentThatEndsThereIsPreferred() {
        add("a", 1, 2, 3, 4);
        Extent shorter = add("a", 1, 2);
        assertThat(longest("a", 1, 2, 9)).isEqualTo(new PrefixTree.Found(shorter, 2));
    }

    @Test
    void whatIsNotThereCannotBeRemoved() {
        Extent extent = add("a", 1, 2, 3);
        assertThatIllegalStateException().isThrownBy(() -> tree.remove(extent("a", 1, 2, 3)));
        assertThatIllegalStateException().isThrownBy(() -> tree.remove(extent("a", 1, 2)));
        assertThatIllegalStateException().isThrownBy(() -> tree.remove(extent("b", 1, 2, 3)));
        tree.remove(extent);
        assertThat(tree.size()).isZero();
        assertThat(longest("a", 1, 2, 3).extent()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void itFindsWhatComparingWithAllFinds(long seed) {
        Random random = new Random(seed);
        List<Extent> all = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            String fingerprint = random.nextBoolean() ? "a" : "b";
            int[] tokens = random.ints(1 + random.nextInt(12), 0, 3).toArray();
            if (all.size() < 40 && random.nextBoolean()) {
                all.add(add(fingerprint, tokens));
            } else if (!all.isEmpty()) {
                tree.remove(all.remove(random.nextInt(all.size())));
            }
            assertThat(tree.size()).isEqualTo(all.size());
            compare(all, fingerprint, new TokenList(tokens, 0));
        }
    }

    private void compare(List<Extent> all, String fingerprint, TokenList tokens) {
        int most = 0;
        List<Extent> within = new ArrayList<>();
        for (Extent extent : all) {
            if (extent.sharing().equals(fingerprint)) {
                int common = extent.tokens().common(tokens);
                most = Math.max(most, common);
                if (common == extent.tokens().length()) {
                    within.add(extent);
                }
            }
        }
        PrefixTree.Found found = tree.longest(fingerprint, tokens);
        assertThat(found.common()).isEqualTo(most);
        assertThat(found.extent() == null).isEqualTo(most == 0);
        if (found.extent() != null) {
            assertThat(found.extent().tokens().common(tokens)).isEqualTo(most);
            assertThat(all).contains(found.extent());
        }
        assertThat(tree.within(fingerprint, tokens)).containsExactlyInAnyOrderElementsOf(within);
    }

    private PrefixTree.Found longest(String fingerprint, int... tokens) {
        return tree.longest(fingerprint, new TokenList(tokens, 0));
    }

    private Extent add(String fingerprint, int... tokens) {
        Extent extent = extent(fingerprint, tokens);
        tree.add(extent);
        return extent;
    }

    private static Extent extent(String fingerprint, int... tokens) {
        Requests request = Requests.of(tokens).adapter(fingerprint, 1);
        return new Extent(0, tokens.length, new Sequence(request.request(), cancelled -> {}));
    }

    @Test
    void aListSharesNothingWithWhatItWasMadeFrom() {
        int[] prompt = {1, 2, 3};
        TokenList list = new TokenList(prompt, 0);
        prompt[0] = 9;
        TokenList first = list.first(2);
        list.add(4);
        assertThat(Arrays.copyOf(list.ids(), list.length())).containsExactly(1, 2, 3, 4);
        assertThat(Arrays.copyOf(first.ids(), first.length())).containsExactly(1, 2);
    }
}
