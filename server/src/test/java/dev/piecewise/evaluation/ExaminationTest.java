package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.engine.EngineLimits;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.evaluation.Examination.Result;
import dev.piecewise.evaluation.Respondent.Likelihood;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.TorchRunner;
import dev.piecewise.retrieval.Preamble;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Text in, marks out, through a real engine; what it must say is worked out by the reference model. */
@Timeout(60)
final class ExaminationTest {
    private static final Adaptation BASE = new Adaptation.Base("tiny");
    private static final int EOS = 2;

    @TempDir
    static Path directory;

    private static ReferenceModel reference;
    private static LoraAdapter adapter;
    private static Tokenizer tokenizer;
    private static BaseModel base;
    private static LocalEngine engine;
    private static Respondent respondent;

    @BeforeAll
    static void start() {
        Path model = TinyCheckpoint.llama().speaking().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        reference = ReferenceModel.read(model);
        adapter = TinyAdapter.of(config, 4, 9, Projection.values());
        tokenizer = Tokenizer.load(model);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true));
        }
        ModelRunner.Limits limits = new ModelRunner.Limits(config.vocabulary(), 2048, 256, 16);
        engine = new LocalEngine(
                "test",
                new TorchRunner(base, limits, Optional.empty()),
                new EngineLimits(8, 256, 64, 4, true),
                EngineObserver.NONE);
        respondent = new Respondent(engine, tokenizer, Set.of(EOS));
    }

    @AfterAll
    static void stop() {
        engine.close();
        base.close();
    }

    @Test
    void aLikelihoodIsThatOfTheAnswerAndItsEnd() throws InterruptedException {
        assertThat(respondent.likelihood("u", BASE, "hello", " there").nats())
                .isCloseTo(expected("hello", " there", ReferenceModel.Updates.NONE), within(1e-3));
        assertThat(respondent
                        .likelihood("u", new Adaptation.Merged(base.bankLayout().image(adapter)), "hello", " there")
                        .nats())
                .isCloseTo(expected("hello", " there", ReferenceLora.of(adapter)), within(1e-3));
        assertThat(respondent.likelihood("u", BASE, "hello", " there").tokens())
                .isEqualTo(tokens("hello there").length + 1 - tokens("hello").length);
    }

    @Test
    void aTextIsAllAnswerButItsFirstToken() throws InterruptedException {
        Likelihood text = respondent.likelihood("u", BASE, new HistoryItem(null, null, null, "hello there"));

        assertThat(text.tokens()).isEqualTo(tokens("hello there").length);
        assertThat(text.nats()).isCloseTo(expected("", "hello there", ReferenceModel.Updates.NONE), within(1e-3));
    }

    @Test
    void anAnswerIsTheLikeliestContinuation() throws InterruptedException {
        int[] ids = reference.greedy(tokens("good day"), 8, ReferenceLora.of(adapter));

        assertThat(ids).doesNotContain(EOS);
        assertThat(respondent.answer(
                        "u", new Adaptation.Merged(base.bankLayout().image(adapter)), "good day", 8))
                .isEqualTo(tokenizer.decode(ids, true));
    }

    @Test
    void whatIsTooLongLosesItsBeginning() throws InterruptedException {
        String longPrompt = "word ".repeat(300);
        assertThat(respondent.answer("u", BASE, longPrompt, 8)).isNotNull();
        assertThat(respondent.likelihood("u", BASE, longPrompt, " there").tokens())
                .isEqualTo(tokens("hello there").length + 1 - tokens("hello").length);
    }

    @Test
    void everyMethodAnswersEveryQuestionOfEveryUser() throws InterruptedException {
        Dataset dataset = dataset();
        AtomicInteger told = new AtomicInteger();
        Examination examination = new Examination(
                dataset, respondent, new Examination.Options(false, 4), (_, _) -> told.incrementAndGet());
        List<Result> results = examination.run(List.of(
                new Approach("base", _ -> new Prepared(BASE, Prompting.PLAIN, 0, 0)),
                new Approach(
                        "own",
                        _ -> new Prepared(
                                new Adaptation.Merged(base.bankLayout().image(adapter)),
                                Prompting.PLAIN,
                                7,
                                Double.NaN))));

        assertThat(told).hasValue(8);
        assertThat(results).extracting(Result::method).containsExactly("base", "own");
        for (Result result : results) {
            assertThat(result.sheets()).extracting(Examination.Sheet::user).containsExactly("ann", "ben");
            assertThat(result.sheets().getFirst().answers()).hasSize(2);
        }
        Marks own = results.get(1).sheets().getFirst().answers().getFirst().marks();
        assertThat(own.nats()).isCloseTo(expected("ann likes", " tea", ReferenceLora.of(adapter)), within(1e-3));
    }

    @Test
    void onlyLabelsCanBeChosenWhereThatIsAskedFor() throws InterruptedException {
        Examination examination =
                new Examination(dataset(), respondent, new Examination.Options(true, 4), (_, _) -> {});
        List<Result> results =
                examination.run(List.of(new Approach("base", _ -> new Prepared(BASE, Prompting.PLAIN, 0, 0))));

        double tea = expected("ann likes", " tea", ReferenceModel.Updates.NONE);
        double milk = expected("ann likes", " milk", ReferenceModel.Updates.NONE);
        assertThat(results.getFirst()
                        .sheets()
                        .getFirst()
                        .answers()
                        .getFirst()
                        .marks()
                        .answered())
                .isEqualTo(tea < milk ? 0 : 1);
    }

    @Test
    void whatIsRetrievedStandsBeforeThePrompt() throws InterruptedException {
        List<String> documents = List.of("ann drank tea", "ben drank milk", "it rained all day");
        TestItem test = new TestItem("1", "drink", "ben likes", " milk", "what ben drank");
        Prompting prompting = Prompting.retrieving(documents, 2);

        String prompt = prompting.prompt(test, 200, respondent::tokens);
        assertThat(prompt).isEqualTo(Preamble.DEFAULT.put(List.of("ben drank milk", "ann drank tea"), "ben likes"));
        assertThat(prompting.prompt(test, 4, respondent::tokens)).isEqualTo("ben likes");
        assertThat(respondent.likelihood("u", BASE, prompt, " milk").nats())
                .isCloseTo(expected(prompt, " milk", ReferenceModel.Updates.NONE), within(1e-3));
    }

    private static double expected(String prompt, String answer, ReferenceModel.Updates updates) {
        int[] head = tokens(prompt);
        int[] whole = Arrays.copyOf(tokens(prompt + answer), tokens(prompt + answer).length + 1);
        whole[whole.length - 1] = EOS;
        double[][] logits = reference.logits(ReferenceModel.Sequence.of(whole), updates);
        double nats = 0;
        for (int i = head.length; i < whole.length; i++) {
            double[] row = logits[i - 1];
            double most = Arrays.stream(row).max().orElseThrow();
            nats += most
                    + Math.log(Arrays.stream(row).map(x -> Math.exp(x - most)).sum())
                    - row[whole[i]];
        }
        return nats;
    }

    private static int[] tokens(String text) {
        return tokenizer.encode(text, true);
    }

    private static Dataset dataset() {
        Task drink = new Task.Classification(List.of("tea", "milk"), 4);
        return new Dataset(
                new TreeMap<>(Map.of("drink", drink, "text", new Task.Text())),
                List.of(subject("ann", " tea"), subject("ben", " milk")));
    }

    private static Subject subject(String user, String drink) {
        return new Subject(
                user,
                List.of(),
                List.of(
                        new TestItem("1", "drink", user + " likes", drink, user),
                        new TestItem("2", "text", "", "something that " + user + " wrote", user)));
    }
}
