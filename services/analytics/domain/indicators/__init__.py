"""Technical indicators: always over the whole history, cut to the asked window at the end.

All prices are split-adjusted. A value of day t reads days up to t only, so neither the start nor
the end of a window changes it.
"""
