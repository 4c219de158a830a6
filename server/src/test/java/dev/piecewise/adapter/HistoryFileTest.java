package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HistoryFileTest {
    @TempDir
    Path directory;

    @Test
    void readsEveryKindOfItem() throws IOException {
        write("""
                {"prompt":"2+2=","completion":"4","at":"2026-01-01","id":"a"}

                {"text":"Grüße","something":1}
                "plain \\u00e9"
                {"prompt":"","completion":"x"}
                """);
        assertThat(HistoryFile.read(file()))
                .containsExactly(
                        new HistoryItem("a", "2026-01-01", "2+2=", "4"),
                        new HistoryItem(null, null, null, "Grüße"),
                        new HistoryItem(null, null, null, "plain é"),
                        new HistoryItem(null, null, "", "x"));
    }

    @Test
    void readsAUsersFile() throws IOException {
        write("""
                {"user":"Ada","history":["one",{"prompt":"p","completion":"c"}]}
                {"user":"Bo","history":[]}""");
        assertThat(HistoryFile.readUsers(file()))
                .containsExactly(
                        new UserHistory(
                                "Ada",
                                List.of(
                                        new HistoryItem(null, null, null, "one"),
                                        new HistoryItem(null, null, "p", "c"))),
                        new UserHistory("Bo", List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt\":\"p\"} | history.jsonl:2: completion is missing",
                "{\"completion\":\"c\"} | history.jsonl:2: prompt is missing",
                "{\"promt\":\"p\"} | history.jsonl:2: has neither prompt and completion nor text",
                "{\"text\":\"t\",\"prompt\":\"p\"} | history.jsonl:2: text cannot stand beside",
                "{\"text\":\"\"} | history.jsonl:2: text is empty",
                "{\"text\":5} | history.jsonl:2: text must be a string, found 5",
                "{\"text\":\"t\",\"id\":5} | history.jsonl:2: id must be a string",
                "[1] | history.jsonl:2: is not a JSON object",
                "{\"text\":\"t\" | history.jsonl:2: is not valid JSON",
                "\"a\" \"b\" | history.jsonl:2: is not valid JSON"
            })
    void namesTheLineThatIsWrong(String line, String reason) throws IOException {
        write("\"good\"\n" + line);
        assertThatThrownBy(() -> HistoryFile.read(file()))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void namesTheItemOfAUserThatIsWrong() throws IOException {
        write("{\"user\":\"Ada\",\"history\":[\"one\",{\"text\":1}]}");
        assertThatThrownBy(() -> HistoryFile.readUsers(file()))
                .hasMessageContaining("history.jsonl:1: history[1]: text must be a string");
        write("{\"history\":[]}");
        assertThatThrownBy(() -> HistoryFile.readUsers(file()))
                .hasMessageContaining("history.jsonl:1: user is missing");
    }

    @Test
    void refusesWhatIsNoUtf8OrNotThere() throws IOException {
        Files.write(file(), "\"é\"".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> HistoryFile.read(file())).hasMessageContaining("is not UTF-8");
        assertThatThrownBy(() -> HistoryFile.read(directory.resolve("none"))).hasMessageContaining("does not exist");
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
    }

    private Path file() {
        return directory.resolve("history.jsonl");
    }
}
