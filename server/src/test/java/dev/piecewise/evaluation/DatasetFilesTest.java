package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryItem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetFilesTest {
    private static final String TAGS =
            "sci-fi, based on a book, comedy, action, twist ending, dystopia, dark comedy, classic, psychology, fantasy, romance, thought-provoking, social commentary, violence, true story";
    private static final String MOVIE =
            "Which tag does this movie relate to among the following tags? Just answer with the tag name without further explanation. tags: ["
                    + TAGS + "]";

    @TempDir
    Path directory;

    @Test
    void lampQuestionsHaveTheirOutputsBesideThem() throws IOException {
        write("dev_questions.json", """
                [{"id":"200","user_id":7,"input":"%s description: A robot wakes.",
                  "profile":[{"id":"1","tag":"comedy","description":"Two fools","date":"2005-01-02"}]}]""".formatted(MOVIE));
        write("dev_outputs.json", "{\"task\":\"LaMP_2\",\"golds\":[{\"id\":\"200\",\"output\":\"sci-fi\"}]}");
        Dataset dataset = DatasetFiles.read(directory.resolve("dev_questions.json"));

        assertThat(dataset.tasks().get("movie"))
                .isInstanceOfSatisfying(
                        Task.Classification.class,
                        task -> assertThat(task.labels()).hasSize(15));
        Subject subject = dataset.subjects().getFirst();
        assertThat(subject.user()).isEqualTo("7");
        assertThat(subject.past())
                .containsExactly(new PastItem(
                        new HistoryItem(
                                "1",
                                "2005-01-02",
                                "### User Instruction:\n" + MOVIE + "\nDescription: Two fools Tag:",
                                " comedy"),
                        "Description: Two fools Tag: comedy\n"));
        assertThat(subject.tests())
                .containsExactly(new TestItem(
                        "200",
                        "movie",
                        "### User Instruction:\n" + MOVIE + "\nDescription: A robot wakes. Tag:",
                        " sci-fi",
                        "A robot wakes."));
    }

    @Test
    void perPcsUsersHaveSeveralQueries() throws IOException {
        Dataset dataset = DatasetFiles.read(write("user_test_100.json", """
                [{"user_id":3,"profile":[{"text":"Cold soup","score":"2"},{"text":"Fine","score":"4"}],
                  "query":[{"id":"a","gold":"1","input":"What is the score of the following review on a scale of 1 to 5? just answer with 1, 2, 3, 4, or 5 without further explanation. review: Awful."},
                           {"id":"b","gold":"5","input":"What is the score of the following review on a scale of 1 to 5? just answer with 1, 2, 3, 4, or 5 without further explanation. review: Great."}]}]"""));

        Subject subject = dataset.subjects().getFirst();
        String instruction =
                "### User Instruction:\nWhat is the score of the following review on a scale of 1 to 5? just answer with 1, 2, 3, 4, or 5 without further explanation.";
        assertThat(dataset.task(subject.tests().getFirst())).isEqualTo(new Task.Rating(1, 5, 10));
        assertThat(subject.past().get(1).item().prompt()).isEqualTo(instruction + "\nReview: Fine Score:");
        assertThat(subject.past().get(1).document()).isEqualTo("Review: Fine Score: 4\n");
        assertThat(subject.tests())
                .extracting(TestItem::prompt)
                .containsExactly(instruction + "\nReview: Awful. Score:", instruction + "\nReview: Great. Score:");
        assertThat(subject.tests()).extracting(TestItem::completion).containsExactly(" 1", " 5");
    }

    @Test
    void headlinesAndCitationsAreAskedForAsTheyAreTrained() {
        TestItem headline =
                LampTask.HEADLINE.test("1", "Generate a headline for the following article: It $1 rained.", "Rain");
        assertThat(headline.prompt())
                .isEqualTo(
                        "### User Instruction:\nGenerate a headline for the following article.\nArticle: It $1 rained. Headline:");
        String input =
                "For an author who has written the paper with the title \"Deep Nets\", which reference is related? Just answer with [1] or [2] without explanation. [1]: \"A\" [2]: \"B\"";
        TestItem citation = LampTask.CITATION.test("1", input, "[2]");
        assertThat(citation.query()).isEqualTo("Deep Nets");
        assertThat(citation.completion()).isEqualTo(" [2]");
    }

    @Test
    void peftUUsersHaveSamplesWithLabels() throws IOException {
        Dataset dataset = DatasetFiles.read(write("hate.json", """
                {"42":{"train":{"s1":{"text":"fine","label":["normal"]}},"val":{"s2":{"text":"hm","label":["normal","odd"]}},
                       "test":{"s3":{"text":"bad","label":["hateful"]}}}}"""));

        assertThat(dataset.tasks())
                .containsEntry("label", new Task.Classification(List.of("hateful", "normal", "normal, odd"), 16));
        Subject subject = dataset.subjects().getFirst();
        assertThat(subject.history())
                .extracting(HistoryItem::text)
                .containsExactly("fine\nLabel: normal", "hm\nLabel: normal, odd");
        assertThat(subject.tests()).containsExactly(new TestItem("s3", "label", "bad\nLabel:", " hateful", "bad"));
    }

    @Test
    void authorsAreTextsWhoseLastFifthIsHeldOut() throws IOException {
        write("ann.txt", "one\n\ntwo\nmore\n \nthree\n\n\nfour\n\nfive\n");
        Dataset dataset = DatasetFiles.read(directory);

        Subject ann = dataset.subjects().getFirst();
        assertThat(ann.history())
                .extracting(HistoryItem::completion)
                .containsExactly("one", "two\nmore", "three", "four");
        assertThat(ann.tests()).containsExactly(new TestItem("ann/0", "text", "", "five", "five"));
        assertThat(dataset.task(ann.tests().getFirst())).isEqualTo(new Task.Text());
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        write(
                "x_questions.json",
                "[{\"id\":\"1\",\"input\":\"Generate a headline for the following article: x\",\"profile\":[]}]");
        write("x_outputs.json", "{\"golds\":[]}");
        assertThatThrownBy(() -> DatasetFiles.read(directory.resolve("x_questions.json")))
                .hasMessageContaining("x_outputs.json: has no output of question 1");
        write("y_questions.json", "[{\"id\":\"1\",\"input\":\"Sing\",\"profile\":[]}]");
        write("y_outputs.json", "{\"golds\":[{\"id\":\"1\",\"output\":\"la\"}]}");
        assertThatThrownBy(() -> DatasetFiles.read(directory.resolve("y_questions.json")))
                .hasMessageContaining("[0]: input is of no task that is known");
        assertThatThrownBy(() -> DatasetFiles.read(directory)).hasMessageContaining("holds no .txt file");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }
}
