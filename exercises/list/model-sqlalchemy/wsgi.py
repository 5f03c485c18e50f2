from songs import create_app

application = create_app()
