"""The car as a foreground: amounts by class of cars, factors by activity, kgCO2e as their product."""
