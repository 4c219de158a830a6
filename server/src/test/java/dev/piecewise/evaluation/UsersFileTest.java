package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsersFileTest {
    private static final String ANN = """
            {"user":"ann","history":[{"prompt":"Film: A. Tag:","completion":" funny"},"plain"],\
            "test":[{"id":"a1","task":"tag","prompt":"Film: B. Tag:","completion":" sad","query":"B"}]}
            """;

    @TempDir
    Path directory;

    @Test
    void aLineHoldsAUsersPastAndTheHeldOutItems() throws IOException {
        Files.writeString(directory.resolve("tasks.json"), """
                {"tag":{"kind":"classification","labels":["funny","sad"]},
                 "stars":{"kind":"rating","lowest":1,"highest":5,"max_tokens":2}}
                """);
        Dataset dataset = UsersFile.read(write(ANN));

        assertThat(dataset.tasks())
                .containsEntry("tag", new Task.Classification(List.of("funny", "sad"), 16))
                .containsEntry("stars", new Task.Rating(1, 5, 2));
        assertThat(dataset.subjects())
                .containsExactly(new Subject(
                        "ann",
                        List.of(
                                new PastItem(
                                        new HistoryItem(null, null, "Film: A. Tag:", " funny"), "Film: A. Tag: funny"),
                                new PastItem(new HistoryItem(null, null, null, "plain"), "plain")),
                        List.of(new TestItem("a1", "tag", "Film: B. Tag:", " sad", "B"))));
    }

    @Test
    void trainingReadsTheSameFile() throws IOException {
        assertThat(HistoryFile.readUsers(write(ANN)).getFirst().items()).hasSize(2);
    }

    @Test
    void withoutTasksEverythingIsGeneration() throws IOException {
        Dataset dataset = UsersFile.read(write("""
                {"user":"bob","history":["x"],"test":[{"prompt":"p","completion":"c"}]}
                """));

        TestItem test = dataset.subjects().getFirst().tests().getFirst();
        assertThat(test).isEqualTo(new TestItem("bob/0", "text", "p", "c", "p"));
        assertThat(dataset.task(test)).isEqualTo(new Task.Generation(64));
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        assertThatThrownBy(() -> UsersFile.read(write(ANN + ANN)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("users.jsonl:2: user \"ann\" is there twice");
        assertThatThrownBy(() -> UsersFile.read(write("{\"user\":\"u\",\"test\":[{\"prompt\":\"p\"}]}")))
                .hasMessageContaining("users.jsonl:1: test[0]: completion is missing");
        Files.writeString(directory.resolve("tasks.json"), "{\"other\":{\"kind\":\"generation\"}}");
        assertThatThrownBy(() -> UsersFile.read(write(ANN)))
                .hasMessageContaining("tasks.json: does not say what task \"tag\" of test item a1 is");
        Files.writeString(
                directory.resolve("tasks.json"), "{\"tag\":{\"kind\":\"classification\",\"labels\":[\"a\"]}}");
        assertThatThrownBy(() -> UsersFile.read(write(ANN))).hasMessageContaining("labels must be at least two");
    }

    private Path write(String lines) throws IOException {
        return Files.writeString(directory.resolve("users.jsonl"), lines);
    }
}
