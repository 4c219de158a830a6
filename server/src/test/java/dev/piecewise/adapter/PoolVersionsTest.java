package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.TinyModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is published is whole, is what it says it is, and holds nobody who withdrew. */
@Timeout(120)
final class PoolVersionsTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    private static final List<String> THREE = List.of("s1", "s2", "s3");
    private static final List<String> FOUR = List.of("s1", "s2", "s3", "s4");
    private static final int ROUNDS = 4;

    @TempDir
    Path directory;

    private Path root;
    private PoolVersions versions;

    @BeforeEach
    void name() {
        root = directory.resolve("published");
        versions = new PoolVersions(root);
    }

    private static ModelConfig base(Path directory) {
        return ModelConfigReader.read(TinyModel.writeConfig(directory.resolve("base"), TinyModel.config()));
    }

    private static Contribution sharer(ModelConfig base, int number) {
        return sharer(base, number, NOON);
    }

    private static Contribution sharer(ModelConfig base, int number, Instant agreed) {
        LoraAdapter adapter = TinyPool.adapter(base, 2, number, Projection.values());
        return new Contribution("s" + number, 11, adapter, Optional.empty())
                .agreed(new Consent("s" + number, agreed, 1), "base", 1);
    }

    private Pool pool(int... numbers) {
        return pool(NOON, numbers);
    }

    private Pool pool(Instant agreed, int... numbers) {
        ModelConfig base = base(directory);
        return PoolImporter.pool(
                "base",
                Merge.PRODUCT,
                IntStream.of(numbers)
                        .mapToObj(number -> sharer(base, number, agreed))
                        .toList());
    }

    private static List<String> names(Path pool) {
        return PoolReader.read(pool).sharers().stream().map(Pool.Sharer::id).toList();
    }

    @Test
    void theCurrentVersionIsReadFromTheRoot() {
        Path first = versions.publish(pool(1, 2));
        assertThat(first.getFileName()).hasToString(pool(1, 2).hash().substring(7, 23));
        Path second = versions.change(pool -> PoolEdits.with(pool, sharer(base(directory), 3)));
        assertThat(names(root)).containsExactly("s1", "s2", "s3");
        assertThat(names(first)).containsExactly("s1", "s2");
        assertThat(versions.versions()).containsExactlyInAnyOrder(first, second);
        versions.publish(pool(1, 2));
        assertThat(PoolReader.read(root).hash()).isEqualTo(pool(1, 2).hash());
        assertThat(PoolFiles.list(directory)).containsExactly(root);
    }

    @Test
    void whoWithdrewIsInNoVersionAnyMore() throws IOException {
        Path first = versions.publish(pool(1, 2));
        Path second = versions.change(pool -> PoolEdits.with(pool, sharer(base(directory), 3)));
        versions.withdraw("s2", NOON);
        assertThat(names(root)).containsExactly("s1", "s3");
        assertThat(first).doesNotExist();
        assertThat(second).doesNotExist();
        assertThatThrownBy(() -> versions.publish(pool(1, 2))).hasMessageContaining("\"s2\" withdrew at " + NOON);
        assertThatThrownBy(() -> versions.withdraw("s9", NOON)).hasMessageContaining("has no sharer \"s9\"");
        versions.change(pool -> PoolEdits.with(pool, sharer(base(directory), 2)));
        assertThat(names(root)).containsExactly("s1", "s3", "s2");
    }

    @Test
    void aVersionThatAKilledWithdrawalLeftBehindIsRefusedAndErasedLater() throws IOException {
        Path first = versions.publish(pool(1, 2));
        Path copy = directory.resolve("copy");
        copy(first, copy);
        versions.withdraw("s2", NOON);
        copy(copy, first);
        assertThatThrownBy(() -> PoolReader.read(first))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("has pieces of \"s2\", who withdrew");
        versions.withdraw("s2", NOON);
        assertThat(first).doesNotExist();
        assertThat(names(root)).containsExactly("s1");
    }

    @Test
    void whoCameBackMayWithdrawAgain() {
        versions.publish(pool(1, 2));
        versions.withdraw("s2", NOON);
        Path third = versions.change(pool -> PoolEdits.with(pool, sharer(base(directory), 2)));
        versions.withdraw("s2", NOON.plusSeconds(1));
        assertThat(names(root)).containsExactly("s1");
        assertThat(third).doesNotExist();
    }

    @Test
    void aPoolMadeAnewWithoutThemDoesNotLetWhoWithdrewReturn() {
        versions.publish(pool(1, 2));
        versions.withdraw("s2", NOON);
        versions.publish(pool(1, 3));
        assertThatThrownBy(() -> versions.publish(pool(1, 2))).hasMessageContaining("\"s2\" withdrew at " + NOON);
        assertThat(names(root)).containsExactly("s1", "s3");
    }

    @Test
    void whoLeftAVersionThatIsReplacedStaysAwayToo() {
        versions.publish(pool(1, 2));
        versions.change(pool -> PoolEdits.without(pool, "s2", NOON));
        versions.publish(pool(1, 3));
        assertThatThrownBy(() -> versions.publish(pool(1, 2))).hasMessageContaining("\"s2\" withdrew at " + NOON);
        assertThat(names(root)).containsExactly("s1", "s3");
    }

    @Test
    void whenNobodyIsLeftNobodyReturnsEither() {
        versions.publish(pool(1, 2));
        versions.withdraw("s2", NOON);
        versions.withdraw("s1", NOON.plusSeconds(1));
        assertThatThrownBy(() -> versions.publish(pool(1, 3)))
                .hasMessageContaining("\"s1\" withdrew at " + NOON.plusSeconds(1));
        assertThatThrownBy(() -> versions.publish(pool(2))).hasMessageContaining("\"s2\" withdrew at " + NOON);
        versions.publish(pool(3));
        versions.change(pool -> PoolEdits.with(pool, sharer(base(directory), 1)));
        assertThat(names(root)).containsExactly("s3", "s1");
        versions.publish(pool(1, 3));
        assertThat(names(root)).containsExactly("s1", "s3");
    }

    @Test
    void whoAgreedAfterTheyWithdrewReturns() {
        versions.publish(pool(1, 2));
        versions.withdraw("s2", NOON);
        versions.withdraw("s1", NOON);
        versions.publish(pool(NOON.plusMillis(1), 2, 3));
        assertThat(names(root)).containsExactly("s2", "s3");
        versions.withdraw("s2", NOON.plusSeconds(9));
        assertThatThrownBy(() -> versions.publish(pool(NOON.plusMillis(1), 2, 3)))
                .hasMessageContaining("\"s2\" withdrew at " + NOON.plusSeconds(9));
    }

    @Test
    void whoeverIsUnknownCannotWithdrawInAdvance() {
        versions.publish(pool(1, 2));
        assertThatThrownBy(() -> versions.withdraw("s9", NOON)).hasMessageContaining("has no sharer \"s9\"");
        versions.publish(pool(1, 9));
        assertThat(names(root)).containsExactly("s1", "s9");
    }

    @Test
    void theLastOneToWithdrawLeavesNoPool() {
        versions.publish(pool(1));
        versions.withdraw("s1", NOON);
        assertThatThrownBy(() -> PoolReader.read(root)).hasMessageContaining("is no pool");
        assertThat(versions.versions()).isEmpty();
        assertThat(PoolFiles.list(directory)).isEmpty();
    }

    @Test
    void nobodyIsPublishedWithoutConsent() {
        assertThatThrownBy(() -> versions.publish(TinyPool.pool(base(directory), 2)))
                .hasMessageContaining("sharer \"s0\" has not agreed to be published");
        assertThatThrownBy(() -> PoolReader.read(root)).hasMessageContaining("is no pool");
    }

    @Test
    void aVersionUnderAnotherNameIsRefused() throws IOException {
        Path first = versions.publish(pool(1, 2));
        Path second = versions.publish(pool(1));
        Files.move(second, directory.resolve("aside"));
        Files.move(first, second);
        assertThatThrownBy(() -> PoolReader.read(root)).hasMessageContaining("is not what its name says");
        Files.writeString(root.resolve("current"), "sha256:" + "0".repeat(64));
        assertThatThrownBy(() -> PoolReader.read(root)).hasMessageContaining("does not exist");
        Files.writeString(root.resolve("current"), "../../etc");
        assertThatThrownBy(() -> PoolReader.read(root)).hasMessageContaining("does not hold the content hash");
    }

    @Test
    void aKilledPublisherLeavesTheOldVersionOrTheNewOne() throws Exception {
        Random random = new Random(5);
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(run(random.nextInt(2, 9), "exec ")).isNotEmpty();
            assertThat(names(root)).isIn(THREE, FOUR);
            for (Path version : versions.versions()) {
                assertThat(Stream.of("pool.json", "pieces.safetensors").map(version::resolve))
                        .allSatisfy(file -> assertThat(file).exists());
            }
        }
        versions.publish(PoolReader.read(root));
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left.filter(AtomicFiles::isTemporary)).isEmpty();
        }
    }

    @Test
    void aFullDiskLeavesWhatWasThere() throws Exception {
        versions.publish(pool(1));
        Path before = PoolFiles.version(root);
        List<String> lines = run(1, "ulimit -f 4; exec ");
        assertThat(lines).singleElement().asString().contains("cannot be read or written");
        assertThat(PoolFiles.version(root)).isEqualTo(before);
        assertThat(names(root)).containsExactly("s1");
        assertThat(versions.versions()).containsExactly(before);
    }

    /** Lets a process change the pool until it has told so many states, kills it, and returns what it told. */
    private List<String> run(int states, String shell) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String command =
                shell + "\"" + java + "\" -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp \"$0\" \"$1\" \"$2\" \"$3\"";
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        command,
                        System.getProperty("java.class.path"),
                        Publisher.class.getName(),
                        directory.toString(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> told = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told.add(line);
                if (told.size() == states) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return told;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** The process: three sharers, a fourth one comes, goes, and comes again; each state is told once it is published. */
    static final class Publisher {
        private Publisher() {}

        public static void main(String[] arguments) {
            try {
                changeForEver(base(Path.of(arguments[0])), new PoolVersions(Path.of(arguments[1])));
            } catch (BadFileException refused) {
                System.out.println(refused.text());
            }
        }

        private static void changeForEver(ModelConfig base, PoolVersions versions) {
            versions.publish(PoolImporter.pool(
                    "base",
                    Merge.PRODUCT,
                    IntStream.rangeClosed(1, 3)
                            .mapToObj(number -> sharer(base, number))
                            .toList()));
            while (true) {
                System.out.println("three");
                versions.change(pool -> PoolEdits.with(pool, sharer(base, 4)));
                System.out.println("four");
                versions.withdraw("s4", NOON);
            }
        }
    }
}
