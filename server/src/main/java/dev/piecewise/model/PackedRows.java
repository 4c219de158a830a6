package dev.piecewise.model;

import dev.piecewise.kernel.Cpu;

/**
 * How many rows oneDNN's products with packed weights are given at least, the rest zeros: by AVX-512 it multiplies four rows faster than one, two or three, by AMX it does
 * not (measured on Zen 4 and on a Xeon with AMX: 9 % faster, 4 % slower). The rows' numbers are the same either way.
 */
final class PackedRows {
    private static final int AVX512 = 4;
    private static final int AMX = 1;

    private PackedRows() {}

    static int fewest() {
        return Cpu.has("amx_bf16") ? AMX : AVX512;
    }
}
