package dev.piecewise.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.ContentHash;
import dev.piecewise.evaluation.Dataset;
import dev.piecewise.evaluation.Subject;
import dev.piecewise.evaluation.Task;
import dev.piecewise.evaluation.TestItem;
import dev.piecewise.evaluation.UsersFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The world as files: exact, disjoint, and readable by what reads it. */
class WorldFilesTest {
    private static final Census SMALL = new Census(40, 12, 3, 8, 5, 50);

    @TempDir
    static Path directory;

    private static Path world;

    @BeforeAll
    static void write() {
        world = directory.resolve("world");
        WorldFiles.write(1, SMALL, world);
    }

    @Test
    void aSeedAlwaysGivesTheSameBytes() throws Exception {
        assertThat(hash(world)).isEqualTo("sha256:7038b597d05a5a624b7c912fb892742483ff56960ad6b2e21fbaa60676c72fee");
        WorldFiles.write(2, SMALL, directory.resolve("another"));
        assertThat(hash(directory.resolve("another"))).isNotEqualTo(hash(world));
    }

    @Test
    void nothingThatIsTrainedOnHoldsAPromptThatIsTested() throws Exception {
        String trained = Files.readString(world.resolve("corpus.jsonl"))
                + Files.readString(world.resolve("adaption.jsonl"))
                + Files.readString(world.resolve("candidates.jsonl"))
                + histories("tuning.jsonl")
                + histories("users.jsonl")
                + histories("strangers.jsonl");
        List<TestItem> tests = tests();
        assertThat(tests).hasSizeGreaterThan(100);
        for (TestItem test : tests) {
            String asked = test.prompt().substring(0, test.prompt().indexOf('\n'));
            assertThat(trained).doesNotContain(asked);
        }
    }

    @Test
    void nobodyIsInTwoGroups() {
        Set<String> seen = new HashSet<>();
        int people = 0;
        for (String group : List.of("candidates.jsonl", "tuning.jsonl", "users.jsonl", "strangers.jsonl")) {
            for (HistoryFile.UserHistory user : HistoryFile.readUsers(world.resolve(group))) {
                seen.add(user.user());
                people++;
            }
        }
        assertThat(seen).hasSize(people).hasSize(12 + 3 + 8 + 5);
    }

    @Test
    void everyAnswerIsOneThatItsTaskKnows() {
        Dataset users = UsersFile.read(world.resolve("users.jsonl"));
        for (Subject subject : users.subjects()) {
            for (TestItem test : subject.tests()) {
                String answer = test.completion().substring(1);
                switch (users.task(test)) {
                    case Task.Classification(var labels, int most) ->
                        assertThat(labels).contains(answer);
                    case Task.Rating(double lowest, double highest, int most) ->
                        assertThat(Double.parseDouble(answer)).isBetween(lowest, highest);
                    case Task.Generation(int most) ->
                        assertThat(answer.split(" ")).hasSizeBetween(2, most);
                    case Task.Text() -> fail("the world asks for answers only");
                }
                assertThat(test.completion()).startsWith(" ");
            }
        }
    }

    @Test
    void usersAnswerTheSameKindOfQuestionDifferently() {
        Set<String> ends = new HashSet<>();
        for (HistoryFile.UserHistory user : HistoryFile.readUsers(world.resolve("candidates.jsonl"))) {
            Set<String> own = new HashSet<>();
            for (HistoryItem item : user.items()) {
                if (Objects.requireNonNull(item.prompt()).endsWith("Text:")) {
                    String text = item.completion();
                    own.add(text.endsWith("...") ? "..." : text.substring(text.length() - 1));
                }
            }
            own.remove("?");
            assertThat(own).hasSizeLessThanOrEqualTo(1);
            ends.addAll(own);
        }
        assertThat(ends).containsExactlyInAnyOrder("...", "!", ".");
    }

    private static List<TestItem> tests() {
        return Stream.of("tuning.jsonl", "users.jsonl", "strangers.jsonl")
                .flatMap(file -> UsersFile.read(world.resolve(file)).subjects().stream())
                .flatMap(subject -> subject.tests().stream())
                .toList();
    }

    private static String histories(String file) {
        StringBuilder text = new StringBuilder();
        UsersFile.read(world.resolve(file)).subjects().stream()
                .flatMap(subject -> subject.past().stream())
                .forEach(past -> text.append(past.document()).append('\n'));
        return text.toString();
    }

    private static String hash(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            ContentHash hash = new ContentHash("world");
            for (Path file : files.sorted().toList()) {
                hash.put(file.getFileName() + "").put(Files.readString(file));
            }
            return hash.finish();
        }
    }
}
