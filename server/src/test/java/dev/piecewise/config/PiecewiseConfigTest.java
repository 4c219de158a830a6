package dev.piecewise.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Merge;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.Dtype;
import dev.piecewise.config.PiecewiseConfig.Selection;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PiecewiseConfigTest {
    @TempDir
    Path directory;

    @Test
    void theShippedFileLoads() {
        PiecewiseConfig config = load();

        assertThat(config.server())
                .isEqualTo(new PiecewiseConfig.Server("127.0.0.1", 8080, 16 << 20, 512 << 20, 30, 65536));
        assertThat(config.model()).isEqualTo(new PiecewiseConfig.Model("", "", "", "auto", Dtype.AUTO, false));
        assertThat(config.engine()).isEqualTo(new PiecewiseConfig.Engine(64, 32768, 512, 1024, 2.0, 0, 0, true));
        assertThat(config.adapters())
                .isEqualTo(new PiecewiseConfig.Adapters("", "", AdapterMode.AUTO, Merge.PRODUCT, 32, 32, 1 << 30));
        assertThat(config.personalization())
                .isEqualTo(new PiecewiseConfig.Personalization(
                        UnknownUser.BASE, 3, 1.0, Selection.GLOBAL, 16, 50, 16384, 5, 4, 1000, 10000, 0));
        assertThat(config.store())
                .isEqualTo(new PiecewiseConfig.Store("jdbc:sqlite:.piecewise/piecewise.db", ".piecewise"));
        assertThat(config.metrics().enabled()).isTrue();
    }

    @Test
    void aFileChangesOnlyTheKeysItHolds() throws IOException {
        PiecewiseConfig config = loadFile("""
                engine:
                  max-sequences: 8
                personalization:
                  temperature: 2
                  selection: per-batch
                adapters: {merge: factor, mode: resident}
                """);

        assertThat(config.engine()).isEqualTo(new PiecewiseConfig.Engine(8, 32768, 512, 1024, 2.0, 0, 0, true));
        assertThat(config.personalization().temperature()).isEqualTo(2.0);
        assertThat(config.personalization().selection()).isEqualTo(Selection.PER_BATCH);
        assertThat(config.adapters().merge()).isEqualTo(Merge.FACTOR);
        assertThat(config.server()).isEqualTo(load().server());
    }

    @Test
    void anEmptyFileChangesNothing() throws IOException {
        assertThat(loadFile("# nothing yet\n")).isEqualTo(load());
    }

    @Test
    void aSettingWinsOverTheFileAndTheLastSettingOverTheFirst() throws IOException {
        PiecewiseConfig config = loadFile("server: {port: 1}", "server.port=2", "server.port=0", "model.name=a=b");

        assertThat(config.server().port()).isZero();
        assertThat(config.model().name()).isEqualTo("a=b");
    }

    @ParameterizedTest
    @CsvSource({
        "server.prot=1, server.prot is not a configuration key; did you mean server.port?",
        "engine.maxSequences=1, engine.maxSequences is not a configuration key; did you mean engine.max-sequences?",
        "engin.threads=1, engin.threads is not a configuration key; did you mean engine.threads?",
        "port=1, port is not a configuration key; did you mean server.port?",
        "server.port.x=1, server.port.x is not a configuration key; did you mean server.port?",
        "quantisation=1, quantisation is not a configuration key",
        "server=1, server is a section: set one of its keys",
        "server.port=, 'server.port must be a whole number, not \"\"'",
        "server.port=80a, 'server.port must be a whole number, not \"80a\"'",
        "server.port=1.5, 'server.port must be a whole number, not \"1.5\"'",
        "server.port=65536, 'server.port must be between 0 and 65535, not 65536'",
        "personalization.temperature=NaN, 'personalization.temperature must be greater than 0, not NaN'",
        "personalization.temperature=hot, 'personalization.temperature must be a number, not \"hot\"'",
        "engine.prefix-cache=yes, 'engine.prefix-cache must be true or false, not \"yes\"'",
        "engine.max-itl-stretch=0.5, 'engine.max-itl-stretch must be above 1, or 0 for no bound, not 0.5'",
        "engine.max-sequences=0, 'engine.max-sequences must be at least 1, not 0'",
        "personalization.max-history-tokens=1, 'personalization.max-history-tokens must be at least 2, not 1'",
        "adapters.slots=100000, 'adapters.slots is 100000, with adapters.max-rank 32 more than 1048576 columns of the adapter bank'",
        "model.dtype=fp8, 'model.dtype must be one of auto, float32, bfloat16, int8, not \"fp8\"'",
        "adapters.merge=sum, 'adapters.merge must be one of product, factor, not \"sum\"'",
        "model.device=gpu, 'model.device must be auto, cpu or cuda:N, not \"gpu\"'",
        "store.url=mysql:x, store.url must begin with jdbc:sqlite: or jdbc:postgresql:",
        "server.port, '--set wants key=value, not \"server.port\"'",
    })
    void aWrongSettingIsRefusedByName(String setting, String message) {
        refused(() -> load(setting)).hasMessage(message);
    }

    @Test
    void aNumberThatIsTooLargeIsRefusedByName() {
        refused(() -> load("engine.kv-places=99999999999"))
                .hasMessageStartingWith("engine.kv-places cannot be read: ")
                .hasMessageContaining("99999999999");
    }

    @Test
    void whatCouldNeverRunIsRefused() {
        refused(() -> load("engine.max-length=512", "engine.kv-places=256"))
                .hasMessage("engine.max-length is 512, but engine.kv-places is 256: such a sequence could never run");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"server: {port: '80'}", "server: {port: true}", "server: {port: }", "server: {port: {a: 1}}"})
    void aWrongKindInAFileIsRefusedByName(String yaml) {
        refused(() -> loadFile(yaml)).hasMessageStartingWith("server.port must be a whole number, not ");
    }

    @Test
    void anUnknownKeyInAFileIsRefusedByName() {
        refused(() -> loadFile("adapters: {max-ranks: 8}"))
                .hasMessage("adapters.max-ranks is not a configuration key; did you mean adapters.max-rank?");
        refused(() -> loadFile("adapter: {max-rank: 8}"))
                .hasMessage("adapter is not a configuration key; did you mean adapters?");
    }

    @Test
    void aValueInTheSectionsPlaceIsRefused() {
        refused(() -> loadFile("server: 8080")).hasMessage("server is a section: its keys belong below it");
    }

    @Test
    void textThatYamlReadsAsSomethingElseIsRefused() {
        refused(() -> loadFile("model: {name: 007}")).hasMessageStartingWith("model.name must be text");
    }

    @Test
    void aFileThatIsNotYamlIsRefusedWithItsLine() {
        refused(() -> loadFile("server:\n  port: [1")).hasMessageContaining("piecewise.yaml line ");
        refused(() -> loadFile("server:\n  port: 1\n  port: 2")).hasMessageContaining("piecewise.yaml line 3: ");
        refused(() -> loadFile("- a\n")).hasMessageContaining("must hold sections with keys");
    }

    @Test
    void aFileThatIsNotThereIsRefusedByName() {
        Path missing = directory.resolve("missing.yaml");
        refused(() -> PiecewiseConfig.load(Optional.of(missing), List.of()))
                .hasMessage("--config cannot read " + missing);
    }

    @Test
    void aMissingKeyIsAnError() throws IOException {
        String shipped = Files.readString(Path.of("..", "config", "piecewise.yaml"));

        assertThat(ConfigTree.of(shipped, "a").bind()).isEqualTo(load());
        refused(() -> ConfigTree.of(shipped.replace("  port: 8080\n", ""), "a").bind())
                .hasMessageStartingWith("server.port ");
        refused(() -> ConfigTree.of(shipped.replace("  enabled: true\n", "  enabled:\n"), "a")
                        .bind())
                .hasMessageStartingWith("metrics.enabled ");
    }

    @Test
    void theModelIsServedUnderItsDirectorysNameUnlessItHasOne() {
        assertThat(load("model.path=some/where/stories/").model().servedName()).isEqualTo("stories");
        assertThat(load("model.path=some/where/stories", "model.name=s").model().servedName())
                .isEqualTo("s");
        refused(() -> load().model().directory())
                .hasMessage("model.path is not set: name the base model's directory, --set model.path=DIR");
    }

    @Test
    void theModelMayHaveFurtherNames() {
        assertThat(load().model().aliases()).isEmpty();
        assertThat(load("model.path=a/stories", "model.aliases= gpt-4o,stories, ,gpt-5 ,gpt-4o")
                        .model()
                        .otherNames())
                .containsExactly("gpt-4o", "gpt-5");
    }

    private static PiecewiseConfig load(String... settings) {
        return PiecewiseConfig.load(Optional.empty(), List.of(settings));
    }

    private PiecewiseConfig loadFile(String yaml, String... settings) throws IOException {
        Path file = Files.writeString(directory.resolve("piecewise.yaml"), yaml);
        return PiecewiseConfig.load(Optional.of(file), List.of(settings));
    }

    private static AbstractThrowableAssert<?, ?> refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable load) {
        return assertThatThrownBy(load).isInstanceOf(ServingException.class);
    }
}
