"""What only this project measures, on the shared papers and benchmarks: python -m eval.benchmarks NAME"""
