package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.error.ServingException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an engine is refused with before anything of it is made. */
final class EnginesTest {
    @Test
    void aBankThatTheDeviceHasNoRoomForIsRefusedByTheNamesOfItsSettings() {
        PiecewiseConfig.Adapters adapters = PiecewiseConfig.load(
                        Optional.empty(), List.of("adapters.slots=100", "adapters.max-rank=8"))
                .adapters();
        assertThat(Engines.columns(adapters, 800)).isEqualTo(800);
        assertThatThrownBy(() -> Engines.columns(adapters, 799))
                .isInstanceOf(ServingException.class)
                .hasMessage(
                        "adapters.slots 100 times adapters.max-rank 8 are 800 columns of the adapter bank, and this model's can have 799 on the CPU");
    }
}
