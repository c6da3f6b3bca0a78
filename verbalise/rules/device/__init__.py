"""Rules on what street devices report by themselves: no picture is analysed. Pure, one file per rule."""
