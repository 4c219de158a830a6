package dev.piecewise.training.sharers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SharerSelectionTest {
    /** By the first letter of the name. */
    private static final UserEmbedding LETTERS = user -> user.items().isEmpty()
            ? Optional.empty()
            : Optional.of(new float[] {10 * user.user().charAt(0), user.items().size() / 100f});

    private static UserHistory user(String name, int items) {
        return new UserHistory(name, Collections.nCopies(items, new HistoryItem(null, null, "question", "answer")));
    }

    private static List<String> chosen(int clusters, UserHistory... users) {
        return new SharerSelection(LETTERS, new SharerSelection.Options(clusters, 10, 1, SharerSelection.By.TEXTS))
                .choose(List.of(users), looked -> {}).stream()
                        .map(chosen -> chosen.user().user())
                        .toList();
    }

    @Test
    void eachClusterGivesItsMostActiveUser() {
        assertThat(chosen(3, user("a1", 12), user("c1", 50), user("a2", 30), user("b1", 11), user("c2", 49)))
                .containsExactly("c1", "a2", "b1");
        assertThat(chosen(1, user("a1", 12), user("b1", 15), user("c1", 15))).containsExactly("b1");
    }

    @Test
    void aClusterWithoutAnActiveUserGivesNobody() {
        assertThat(chosen(3, user("a1", 10), user("a2", 9), user("b1", 11), user("c1", 1)))
                .containsExactly("b1");
        assertThatThrownBy(() -> chosen(2, user("a1", 10), user("b1", 3)))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("no user has more than 10 items");
    }

    @Test
    void whoHasNothingToGoByIsNoCandidate() {
        assertThat(chosen(5, user("a1", 0), user("b1", 20))).containsExactly("b1");
        assertThatThrownBy(() -> chosen(5, user("a1", 0))).hasMessageContaining("no user has a history");
        assertThatThrownBy(() -> chosen(5)).hasMessageContaining("no user has a history");
    }

    @Test
    void refusesAUserWhoIsThereTwice() {
        assertThatThrownBy(() -> chosen(1, user("a1", 20), user("a1", 30)))
                .hasMessageContaining("user \"a1\" is there twice");
    }

    @Test
    void refusesAnEmbeddingThatIsNoNumber() {
        SharerSelection broken =
                new SharerSelection(user -> Optional.of(new float[] {1, Float.NaN}), SharerSelection.Options.DEFAULT);
        assertThatThrownBy(() -> broken.choose(List.of(user("a1", 20)), looked -> {}))
                .hasMessageContaining("the embedding of user \"a1\" is not finite");
    }

    @Test
    void tellsHowManyItHasLookedAt() {
        List<Integer> told = new ArrayList<>();
        new SharerSelection(LETTERS, SharerSelection.Options.DEFAULT)
                .choose(List.of(user("a1", 20), user("b1", 0), user("c1", 12)), told::add);
        assertThat(told).containsExactly(1, 2, 3);
    }
}
